/**
 * Both call stacks of a race. The detector knows the later one; nobody keeps the stack of each
 * access, so the execution is run once more, and its earlier access is asked where it is.
 */
import type { Execution } from '../../execution.ts';
import type { Control } from '../../../rewrite/generated.ts';
import type { Monitor } from '../../monitor.ts';
import type { Race, RaceFound, Side } from './race-found.ts';

/** Runs the execution that found the race again, with these monitors. */
export type Rerun = (monitors: readonly Monitor[]) => Execution;

/**
 * The race of `found`, both of its sides with their stacks.
 * @param core the hooked variant that `rerun` runs
 */
export function withBothStacks(found: RaceFound, core: Control, rerun: Rerun): Race {
  const { race } = found;
  return { ...race, earlier: { ...race.earlier, stack: stackAt(race.earlier, core, rerun) } };
}

/** The stack at that access of the execution; null when it goes another way now. */
function stackAt(side: Side, core: Control, rerun: Rerun): readonly number[] | null {
  let next = 0;
  let stack: readonly number[] | null = null;
  rerun([{ access: (thread, site) => void (next++ === side.number && thread === side.thread && site === side.site && (stack = core.$stack())) }]);
  return stack;
}
