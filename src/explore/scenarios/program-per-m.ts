/** Scenarios of the heap: each M does a list of operations on blocks that say who holds them. */
import type { MachineShape } from '../../memory/map.ts';
import { SPECIAL_KIND } from '../../heap/special.ts';
import { spanOf } from '../../heap/span.ts';
import { isScan } from '../../heap/bitmap.ts';
import { BSS_WORDS, KIND, SLOTS, Slot, checkHeld, slotOf } from './programs/blocks.ts';
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
  /** What M 0 does before: see programs/heap-operations.ts. */
  before(knobs: Knobs): readonly Operation[];
  /** What the Ms do, each a list. */
  operations(knobs: Knobs): Operations;
  /** What it expects counts on each operation: none can be left out. */
  readonly isFixed?: boolean;
  /** Of the memory that they leave, beside what the oracle says: what is wrong, or ''. `template` is what they found. */
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
    build: (core, m, m0, values) => core.buildByOperations(m, m0, before(values)),
    run: (core, m, i, list, values) => core.runOperations(m, i, isFixed ? (operations(values)[i] ?? []) : list),
    checkLeft: (m, template, values) => checkSlots(m, values.procs) || check?.(m, template, values) || '',
    check: (m, _results, { knobs: values }) => checkFinalizers(m, values.procs),
  });
}

/** What the Ms hold is theirs still, and as they asked for it. */
function checkSlots(m: Int32Array, procs: number): string {
  for (let index = 0; index < procs; index++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotOf(m, index, slot);
      if (m[at + Slot.at.kind] === KIND.none) continue;
      try {
        checkHeld(m, index, slot);
      } catch (error) {
        return (error as Error).message;
      }
      if (m[at + Slot.at.scan] !== 0 && !isScan(m, m[at + Slot.at.address] >>> 2)) return `SCAN_BIT_LOST: of the block of M${index} in slot ${slot}`;
    }
  }
  return '';
}

/** What the Ms hold has its finalizer still, and none that nobody has set. */
function checkFinalizers(m: Int32Array, procs: number): string {
  for (let index = 0; index < procs; index++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotOf(m, index, slot);
      const isSet = m[at + Slot.at.finalizer] !== 0;
      if (m[at + Slot.at.kind] === KIND.none || hasFinalizer(m, m[at + Slot.at.address]) === isSet) continue;
      return `FINALIZER_NOT_AS_SET: the block of M${index} in slot ${slot} has ${isSet ? 'lost its finalizer' : 'a finalizer that nobody has set'}`;
    }
  }
  return '';
}

/** Has the byte at `address` a finalizer of its own? */
function hasFinalizer(m: Int32Array, address: number): boolean {
  return specialsOf(m, spanOf(m, address >>> 2)).some((special) => special.kind === SPECIAL_KIND.finalizer && special.address === address);
}

/** `count` times what `make` gives for 0, 1, … */
export function repeat(count: number, make: (i: number) => readonly Operation[]): Operation[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}
