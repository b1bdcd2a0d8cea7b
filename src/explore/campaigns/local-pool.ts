/** Runs slices on the caller's own thread. It loads neither threads nor their pool: a single search begins sooner. */
import type { ExplorePool } from './pool.ts';
import { makeRunSlice } from './run-slice.ts';
import { emptySlice } from './slice.ts';

/** Makes a pool of the caller's thread, which yields between batches of executions. */
export function localPool(now: () => number, signal?: AbortSignal): ExplorePool {
  const runSlice = makeRunSlice(now);
  return {
    jobs: 1,
    runSlice: (slice) => runSlice(slice, signal),
    async prepare(station) {
      await runSlice(emptySlice(station), signal);
    },
    async killMutant(task) {
      const { killMutant } = await import('./mutants.ts');
      return killMutant(task, makeRunSlice(now), now);
    },
    close: async () => {},
  };
}
