/** Scenarios without a scheduler: each M runs a list of operations on one small heap. */
import type { MachineShape } from '../../memory/map.ts';
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Core } from '../load.ts';
import { runAlone } from '../alone.ts';
import { beginLedger, ledgerSoFar } from '../ledger/keep.ts';
import { checkAtRest, onePerMemory } from './machine.ts';
import type { Operation, Operations } from './operation.ts';
import { procsKnob, type Knob, type Knobs, type Scenario, type Setting } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

interface PerM {
  readonly name: string;
  readonly summary: string;
  readonly procs: readonly number[];
  /** Beside `procs`. */
  readonly knobs?: readonly Knob[];
  /** Differences from a tiny machine of 16 pages. */
  shape?(knobs: Knobs): Partial<MachineShape>;
  /** Without it each M does one thing. */
  operations?(knobs: Knobs): Operations;
  /** Prepares the heap on M 0. */
  build(core: Core, m: Int32Array, m0: number, setting: Setting): Coroutine;
  /** The work of M `i`. */
  run(core: Core, m: Int32Array, i: number, operations: readonly Operation[], knobs: Knobs): Coroutine;
  /** Examines the memory before the rest is swept; `template` is the memory at the start. Returns the problem, or ''. */
  checkLeft?(m: Int32Array, template: Int32Array, knobs: Knobs): string;
  /** Examines the memory after the oracle, when everything is swept. Returns the problem, or ''. */
  check?(m: Int32Array, results: readonly unknown[], setting: Setting): string;
  /** The oracle is not consulted: the scenario is not about the heap. */
  readonly withoutOracle?: boolean;
}

export function perM(own: PerM): Scenario {
  function shape(knobs: Knobs): MachineShape {
    return tinyShape({ procs: knobs.procs, arenaPages: 16, verify: false, ...own.shape?.(knobs) });
  }
  return {
    name: own.name,
    summary: own.summary,
    knobs: [procsKnob(...own.procs), ...(own.knobs ?? [])],
    shape,
    ...(own.operations && { operations: own.operations }),
    prepare(core, setting, makeOracle) {
      const { knobs, operations } = setting;
      const map = core.planMemory(shape(knobs));
      const template = new Int32Array(map.words);
      beginLedger(core);
      const m0 = runAlone(core, core.boot(template, map, 100));
      runAlone(core, own.build(core, template, m0, setting));
      const ms = Array.from({ length: knobs.procs }, (_, i) => i);
      const oracleOf = onePerMemory(core, makeOracle);
      return {
        template,
        ledger: ledgerSoFar(core),
        threads: ms.map((i) => (m) => own.run(core, m, i, operations[i] ?? [], knobs)),
        names: ms.map((i) => `M${i}`),
        check: (m, results) => own.checkLeft?.(m, template, knobs) || (own.withoutOracle ? '' : checkAtRest(core, m, oracleOf(m))) || own.check?.(m, results, setting) || '',
        stepLimit: 50_000,
      };
    },
  };
}
