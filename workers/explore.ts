/** The worker of a campaign: runs slices, or looks for one mutant, with a core of its own. */
import { workerData } from 'piscina';
import { killMutant as kill, type Kill, type KillTask } from '../src/explore/campaigns/mutants.ts';
import { outcomeOf, type Outcome } from '../src/explore/campaigns/outcome.ts';
import { makeRunSlice } from '../src/explore/campaigns/run-slice.ts';
import type { Slice, SliceResult } from '../src/explore/campaigns/slice.ts';

const now = (): number => performance.now();
const run = makeRunSlice(now);
/** Set by the pool when the user wants to stop. */
const stop = workerData as Int32Array;
const signal = {
  get aborted() {
    return Atomics.load(stop, 0) !== 0;
  },
};

export function runSlice(slice: Slice): Promise<Outcome<SliceResult>> {
  return outcomeOf(run(slice, signal));
}

/** What it has built goes with it: there is a core to each mutant. */
export function killMutant(task: KillTask): Promise<Outcome<Kill>> {
  return outcomeOf(kill(task, makeRunSlice(now), now));
}
