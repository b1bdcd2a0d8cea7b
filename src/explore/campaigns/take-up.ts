/** Restores the state of a campaign at the end of its log: counts, course, failures, and the seeds that were run. */
import type { History } from './history.ts';
import type { Logged } from './log.ts';
import type { Plan } from './plan.ts';
import type { Tally } from './tally.ts';

/** @param plan the plan of a campaign that goes on; without it, the log is only looked at */
export function takeUp({ slices, failures, passes }: Logged, { tally, history, plan }: { readonly tally: Tally; readonly history: History; readonly plan?: Plan }): void {
  for (const slice of slices) {
    tally.addLogged(slice.station, slice, slice.distinct, slice.edges);
    history.addLogged(slice, tally);
    plan?.ranBefore(slice, slice.executions, slice.exhausted);
  }
  for (const failure of failures) tally.addFailure(failure);
  for (const part of passes) history.addLoggedPasses(part);
}
