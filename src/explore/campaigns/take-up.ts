/** Restores the state of a campaign at the end of its log: counts, course, failures, and the seeds that were run. */
import type { History } from './history.ts';
import type { LoggedSlice } from './log.ts';
import type { Plan } from './plan.ts';
import { isClosed, type Logged } from './read-log.ts';
import type { Tally } from './tally.ts';

/** The sums of a campaign's slices, and their course over time. */
export interface Course {
  readonly tally: Tally;
  readonly history: History;
}

/** Adds what the log holds to the state of a campaign that goes on. A kind of failure that was closed is new to it. */
export function takeUp(logged: Logged, { tally, history, plan }: Course & { readonly plan: Plan }): void {
  for (const slice of logged.slices) {
    // The seeds of an offered slice count as run, whether or not it has a result.
    if (slice.type === 'offered' || slice.id === undefined) plan.ranBefore(slice, slice.executions, slice.type === 'slice' && slice.exhausted);
    else if (slice.exhausted) plan.exhausted(slice.station);
    if (slice.type === 'slice') countSlice(slice, { tally, history });
  }
  for (const failure of logged.failures) if (!isClosed(logged, failure.key)) tally.addFailure(failure);
  for (const { passes } of logged.parts) if (passes !== undefined) history.addLoggedPasses(passes);
}

/** Adds a logged slice to counts and course. */
export function countSlice(slice: LoggedSlice, { tally, history }: Course): void {
  tally.addLogged(slice.station, slice, slice.distinct, slice.edges);
  history.addLogged(slice, tally);
}
