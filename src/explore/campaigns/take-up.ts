/** Restores the state of a campaign at the end of its log: counts, course, failures, and the seeds that were run. */
import type { History } from './history.ts';
import type { Logged } from './log.ts';
import type { Plan } from './plan.ts';
import type { Tally } from './tally.ts';

/** @param plan the plan of a campaign that goes on; without it, the log is only looked at */
export function takeUp({ slices, failures, passes }: Logged, { tally, history, plan }: { readonly tally: Tally; readonly history: History; readonly plan?: Plan }): void {
  for (const slice of slices) {
    // The seeds of an offered slice are given out, whether or not it has a result.
    if (slice.type === 'offered' || slice.id === undefined) plan?.ranBefore(slice, slice.executions, slice.type === 'slice' && slice.exhausted);
    else if (slice.exhausted) plan?.exhausted(slice.station);
    if (slice.type === 'offered') continue;
    tally.addLogged(slice.station, slice, slice.distinct, slice.edges);
    history.addLogged(slice, tally);
  }
  for (const failure of failures) tally.addFailure(failure);
  for (const part of passes) history.addLoggedPasses(part);
}
