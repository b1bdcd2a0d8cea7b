/** Scenarios without a scheduler: each M does a list of operations on one small heap, and the oracle looks at what is left. */
import type { MachineShape } from '../../../memory/map.ts';
import { runAlone } from '../alone.ts';
import { checkAtRest, onePerMemory } from './machine.ts';
import { isScan } from '../../../heap/bitmap.ts';
import { BSS_WORDS, KIND, SLOTS, Slot, checkHeld, slotOf } from './programs/blocks.ts';
import { procsKnob, type Knob, type Knobs, type Operation, type Operations, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

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
  /** Of the memory that they leave, beside what the oracle says: what is wrong, or ''. `template` is what they found. */
  check?(m: Int32Array, template: Int32Array, knobs: Knobs): string;
}

export function programPerM({ name, summary, procs, knobs = [], shape, before, operations, check }: Programs): Scenario {
  function shapeOf(values: Knobs): MachineShape {
    return tinyShape({ procs: values.procs, arenaPages: 16, bssWords: BSS_WORDS, verify: false, ...shape?.(values) });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(...procs), ...knobs],
    shape: shapeOf,
    operations,
    prepare(core, setting, makeOracle) {
      const map = core.planMemory(shapeOf(setting.knobs));
      const template = new Int32Array(map.words);
      const m0 = runAlone(core, core.boot(template, map, 100));
      runAlone(core, core.buildByOperations(template, m0, before(setting.knobs)));
      const oracleOf = onePerMemory(makeOracle);
      return {
        template,
        threads: setting.operations.map((list, i) => (m) => core.runOperations(m, i, list)),
        names: setting.operations.map((_, i) => `M${i}`),
        check: (m) => checkSlots(m, setting.knobs.procs) || check?.(m, template, setting.knobs) || checkAtRest(core, m, oracleOf(m)),
        stepLimit: 50_000,
      };
    },
  };
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

/** `count` times what `make` gives for 0, 1, … */
export function repeat(count: number, make: (i: number) => readonly Operation[]): Operation[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}
