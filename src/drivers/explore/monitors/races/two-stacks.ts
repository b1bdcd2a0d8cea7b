/**
 * Both call stacks of a race. The detector knows the later one; nobody keeps the stack of each
 * access, so the execution is run once more, and its earlier access is asked where it is.
 */
import type { Execution } from '../../execution.ts';
import type { Control } from '../../generated.ts';
import type { Monitor } from '../../monitor.ts';
import type { Race, RaceFound } from './race-found.ts';

/** Runs the execution that found the race again, with these monitors. */
export type Rerun = (monitors: readonly Monitor[]) => Execution;

/**
 * The race of `found`, both of its sides with their stacks.
 * @param core the hooked variant that `rerun` runs
 */
export function withBothStacks(found: RaceFound, core: Control, rerun: Rerun): Race {
  const { race } = found;
  const stack = stackAt(race.earlier.number, core, rerun);
  return { ...race, earlier: { ...race.earlier, stack } };
}

/** The stack at the access `number` of the execution, or null when it does not come to that. */
function stackAt(number: number, core: Control, rerun: Rerun): readonly number[] | null {
  let next = 0;
  let stack: readonly number[] | null = null;
  rerun([{ access: () => void (next++ === number && (stack = core.$stack())) }]);
  return stack;
}
