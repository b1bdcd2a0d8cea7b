/** Time of an object of 32 bytes, of which the last 100,000 live; collections included. */
import { startRuntime } from '../src/index.ts';
import type { Suite } from './suite.ts';
import { POLICIES, THREADS, type Policy } from './mark.ts';

const RUNS = 7;
const OBJECTS = 10_000_000;

export const churnSuite: Suite = {
  name: 'churn',
  summary: 'ns of an object of 32 bytes that soon dies, collections included',
  async *measure() {
    const cells = POLICIES.flatMap((policy) => THREADS.map((threads) => ({ policy, threads, samples: [] as number[] })));
    for (let run = 0; run < RUNS; run++) {
      for (const { policy, threads, samples } of cells) samples.push(await churnNs(policy, threads, OBJECTS));
    }
    for (const { policy, threads, samples } of cells) yield { name: `churn/${policy}/threads=${threads}`, unit: 'ns/object', samples };
  },
};

/** Nanoseconds of each of `count` objects, in a process of its own. */
export async function churnNs(policy: Policy, threads: number, count: number): Promise<number> {
  const runtime = await startRuntime({ workload: 'churn', policy, procs: threads, params: { threads, count } });
  const { elapsedNs } = await runtime.finished;
  return elapsedNs / count;
}
