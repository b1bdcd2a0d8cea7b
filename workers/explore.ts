/** The worker of a campaign: runs slices, or looks for one mutant, with a core of its own. */
import { killMutant as kill, type Kill, type KillTask } from '../src/drivers/explore/campaigns/mutants.ts';
import { outcomeOf, type Outcome } from '../src/drivers/explore/campaigns/outcome.ts';
import { makeRunSlice } from '../src/drivers/explore/campaigns/run-slice.ts';
import type { Slice, SliceResult } from '../src/drivers/explore/campaigns/slice.ts';

const now = (): number => performance.now();
const run = makeRunSlice(now);

export function runSlice(slice: Slice): Promise<Outcome<SliceResult>> {
  return outcomeOf(run(slice));
}

/** What it has built goes with it: there is a core to each mutant. */
export function killMutant(task: KillTask): Promise<Outcome<Kill>> {
  return outcomeOf(kill(task, makeRunSlice(now), now));
}
