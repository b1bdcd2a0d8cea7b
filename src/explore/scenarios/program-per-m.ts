/** Scenarios of the heap: each M runs a list of operations on blocks that store their owner (programs/heap-operations.ts). */
import type { MachineShape } from '../../memory/map.ts';
import { SPECIAL_KIND } from '../../heap/special.ts';
import { spanOf } from '../../heap/span.ts';
import { isScan } from '../../heap/bitmap.ts';
import { BSS_WORDS, HELD_KIND, SLOTS, Slot, checkHeld, slotOf } from './programs/blocks.ts';
import { perM } from './per-m.ts';
import { specialsOf } from './specials-of.ts';
import type { Operation, Operations } from './operation.ts';
import type { Knob, Knobs, Scenario } from './scenario.ts';

interface Programs {
  readonly name: string;
  readonly summary: string;
  /** The numbers of Ps it can have, the default first. */
  readonly procs: readonly number[];
  readonly knobs?: readonly Knob[];
  shape?(knobs: Knobs): Partial<MachineShape>;
  /** Operations of M 0 before the others start. */
  before(knobs: Knobs): readonly Operation[];
  /** Operations of each M. */
  operations(knobs: Knobs): Operations;
  /** The checks depend on every operation: none can be left out. */
  readonly isFixed?: boolean;
  /** Examines the memory that the Ms leave; `template` is the memory at the start. Returns the problem, or ''. */
  check?(m: Int32Array, template: Int32Array, knobs: Knobs): string;
}

export function programPerM({ name, summary, procs, knobs, shape, before, operations, isFixed = false, check }: Programs): Scenario {
  return perM({
    name,
    summary,
    procs,
    ...(knobs && { knobs }),
    shape: (values) => ({ bssWords: BSS_WORDS, ...shape?.(values) }),
    ...(isFixed ? {} : { operations }),
    build: (core, m, m0, { knobs: values }) => core.buildByOperations(m, m0, before(values)),
    run: (core, m, i, list, values) => core.runOperations(m, i, isFixed ? (operations(values)[i] ?? []) : list),
    checkLeft: (m, template, values) => checkSlots(m, values.procs) || check?.(m, template, values) || '',
    check: (m, _results, { knobs: values }) => checkFinalizers(m, values.procs),
  });
}

/** Every block that an M holds is still its own, with the bits that it was allocated with. */
function checkSlots(m: Int32Array, procs: number): string {
  for (let index = 0; index < procs; index++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotOf(m, index, slot);
      if (m[at + Slot.at.kind] === HELD_KIND.none) continue;
      try {
        checkHeld(m, index, slot);
      } catch (error) {
        return (error as Error).message;
      }
      if (m[at + Slot.at.scan] !== 0 && !isScan(m, m[at + Slot.at.address] >>> 2)) return `SCAN_BIT_LOST: the block of M${index} in slot ${slot}`;
    }
  }
  return '';
}

/** Every block that an M holds has a finalizer exactly if its M has set one. */
function checkFinalizers(m: Int32Array, procs: number): string {
  for (let index = 0; index < procs; index++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotOf(m, index, slot);
      const isSet = m[at + Slot.at.finalizer] !== 0;
      if (m[at + Slot.at.kind] === HELD_KIND.none || hasFinalizer(m, m[at + Slot.at.address]) === isSet) continue;
      return `FINALIZER_NOT_AS_SET: the block of M${index} in slot ${slot} has ${isSet ? 'lost its finalizer' : 'a finalizer that no M has set'}`;
    }
  }
  return '';
}

/** Reports whether the object at byte `address` has a finalizer. */
function hasFinalizer(m: Int32Array, address: number): boolean {
  return specialsOf(m, spanOf(m, address >>> 2)).some((special) => special.kind === SPECIAL_KIND.finalizer && special.address === address);
}

/** Returns the operations that `make` returns for 0 to `count` - 1, in one list. */
export function repeat(count: number, make: (i: number) => readonly Operation[]): Operation[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}
