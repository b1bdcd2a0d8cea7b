/**
 * Allocation time of an object of 32 bytes, collections included. Each goroutine keeps its last 100,000 objects.
 * Each thread compiles its own code, which takes as long as some millions of
 * objects. So there are two figures: of the whole run, and of its second half.
 */
import { startRuntime } from '../src/index.ts';
import type { Suite } from './suite.ts';
import { POLICIES, THREADS, type Policy } from './mark.ts';

const RUNS = 7;
const OBJECTS = 20_000_000;

export interface ChurnNs {
  /** Ns per object, from the first to the last. */
  readonly whole: number;
  /** Ns per object between the collection in the middle of the run and the last one. */
  readonly warm: number;
}

export const churnSuite: Suite = {
  name: 'churn',
  summary: 'ns of an object of 32 bytes that soon dies, collections included',
  async *measure() {
    const cells = POLICIES.flatMap((policy) => THREADS.map((threads) => ({ policy, threads, runs: [] as ChurnNs[] })));
    for (let run = 0; run < RUNS; run++) {
      for (const { policy, threads, runs } of cells) runs.push(await churnNs(policy, threads, OBJECTS));
    }
    for (const { policy, threads, runs } of cells) {
      const name = `churn/${policy}/threads=${threads}`;
      yield { name, unit: 'ns/object', samples: runs.map(({ warm }) => warm) };
      yield { name: `${name}/whole`, unit: 'ns/object', samples: runs.map(({ whole }) => whole) };
    }
  },
};

/** Allocates `count` objects in a new process. */
export async function churnNs(policy: Policy, threads: number, count: number): Promise<ChurnNs> {
  const runtime = await startRuntime({ workload: 'churn', policy, procs: threads, params: { threads, count } });
  const { elapsedNs, cycles } = await runtime.finished;
  const middle = cycles.find(({ nmalloc }) => nmalloc >= count / 2);
  const last = cycles.at(-1);
  if (middle === undefined || last === undefined || middle === last) throw new RangeError(`${count} objects are too few: no two collections in their second half`);
  return { whole: elapsedNs / count, warm: (last.endNs - middle.endNs) / (last.nmalloc - middle.nmalloc) };
}
