/** The worker of a campaign: runs slices, or searches for one mutant, with a core of its own. */
import { workerData } from 'piscina';
import { killMutant as kill, type Kill, type KillTask } from '../src/explore/campaigns/mutants.ts';
import { answerOf, type WorkerAnswer } from '../src/explore/campaigns/outcome.ts';
import { makeRunSlice } from '../src/explore/campaigns/run-slice.ts';
import type { Slice, SliceResult } from '../src/explore/campaigns/slice.ts';

const now = (): number => performance.now();
const run = makeRunSlice(now);
/** The pool sets it to stop the worker. */
const stop = workerData as Int32Array;
const signal = {
  get aborted() {
    return Atomics.load(stop, 0) !== 0;
  },
};

export function runSlice(slice: Slice): Promise<WorkerAnswer<SliceResult>> {
  return answerOf(run(slice, signal));
}

/** Searches for a mutant. The core is built for the search, since each mutant has its own. */
export function killMutant(task: KillTask): Promise<WorkerAnswer<Kill>> {
  return answerOf(kill(task, makeRunSlice(now), now));
}
