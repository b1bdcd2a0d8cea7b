/** Time of an object of 32 bytes, of which the last 100,000 live; collections included. */
import { startRuntime } from '../src/index.ts';
import type { Suite } from './suite.ts';
import { THREADS } from './mark.ts';

const RUNS = 7;
const OBJECTS = 10_000_000;

export const churnSuite: Suite = {
  name: 'churn',
  summary: 'ns of an object of 32 bytes that soon dies, collections included',
  async *measure() {
    const samples = new Map<number, number[]>(THREADS.map((threads) => [threads, []]));
    for (let run = 0; run < RUNS; run++) {
      for (const threads of THREADS) samples.get(threads)!.push(await churnNs(threads, OBJECTS));
    }
    for (const threads of THREADS) yield { name: `churn/threads=${threads}`, unit: 'ns/object', samples: samples.get(threads)! };
  },
};

/** Nanoseconds of each of `count` objects, in a process of its own. */
export async function churnNs(threads: number, count: number): Promise<number> {
  const runtime = await startRuntime({ workload: 'churn', procs: threads, params: { threads, count } });
  const { elapsedNs } = await runtime.finished;
  return elapsedNs / count;
}
