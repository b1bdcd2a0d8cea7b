/** The events of a program, as the axioms of ECMAScript's memory model see them. */
import { mayTear, reads, writes, MEMORY_BYTES, type Access, type Program } from '../program.ts';

export interface Event {
  readonly id: number;
  readonly access: Access;
  /** -1 for the write that initialises memory; the number of threads for the reads at the end. */
  readonly thread: number;
  readonly reads: boolean;
  readonly writes: boolean;
  /** The specification's [[Order]] is seq-cst. */
  readonly isAtomic: boolean;
  readonly isInit: boolean;
  /** The specification's [[NoTear]]. */
  readonly noTear: boolean;
}

/** Number of the event that initialises memory. */
export const INIT = 0;

/**
 * Returns the events of each way that the compare-exchanges may go: one that fails is an atomic load.
 * A caller must check that each compare-exchange reads what its way supposes.
 */
export function eventsOf(program: Program): readonly (readonly Event[])[] {
  const { threads, finals } = program;
  const conditional = threads.flat().filter(({ kind }) => kind === 'compareExchange');
  return Array.from({ length: 2 ** conditional.length }, (_, way) => {
    const whole: Access = { kind: 'store', atomic: false, at: 0, bytes: 8, dataView: false, value: 0, expected: 0 };
    const events: Event[] = [{ id: INIT, access: whole, thread: -1, reads: false, writes: true, isAtomic: false, isInit: true, noTear: true }];
    function push(access: Access, thread: number, fails: boolean): void {
      events.push({ id: events.length, access, thread, reads: reads(access), writes: writes(access) && !fails, isAtomic: access.atomic, isInit: false, noTear: !mayTear(access) });
    }
    threads.forEach((list, thread) => list.forEach((access) => push(access, thread, (way >> conditional.indexOf(access)) % 2 === 1 && conditional.includes(access))));
    for (const { at, bytes } of finals) push({ kind: 'load', atomic: false, at, bytes, dataView: false, value: 0, expected: 0 }, threads.length, false);
    return events;
  });
}

/** Reports whether the event's range contains the byte. */
export function covers({ isInit, access: { at, bytes } }: Event, byte: number): boolean {
  return isInit ? byte < MEMORY_BYTES : byte >= at && byte < at + bytes;
}

/** Reports whether both have the same first byte and size. The initial write has every range: see tear-free.ts. */
export function equalRanges(a: Event, b: Event): boolean {
  return !a.isInit && !b.isInit && a.access.at === b.access.at && a.access.bytes === b.access.bytes;
}
