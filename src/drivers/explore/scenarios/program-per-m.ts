/** Scenarios without a scheduler: each M runs a program of its own over one small heap, and the oracle looks at what is left. */
import type { Core } from '../load.ts';
import { runAlone } from '../alone.ts';
import { checkAtRest, onePerMemory } from './machine.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

interface Programs {
  readonly name: string;
  readonly summary: string;
  /** What is there before, made on M 0. */
  build(core: Core, m: Int32Array, m0: number): ReturnType<Core['buildSweepRefill']>;
  /** What M `i` does. */
  run(core: Core, m: Int32Array, i: number): ReturnType<Core['sweepRefill']>;
}

function shape({ procs }: Knobs) {
  return tinyShape({ procs, arenaPages: 16, verify: false });
}

export function programPerM({ name, summary, build, run }: Programs): Scenario {
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2)],
    shape,
    prepare(core, { knobs }, makeOracle) {
      const map = core.planMemory(shape(knobs));
      const template = new Int32Array(map.words);
      const m0 = runAlone(core, core.boot(template, map, 100));
      runAlone(core, build(core, template, m0));
      const ms = Array.from({ length: knobs.procs }, (_, i) => i);
      const oracleOf = onePerMemory(makeOracle);
      return {
        template,
        threads: ms.map((i) => (m) => run(core, m, i)),
        names: ms.map((i) => `M${i}`),
        check: (m) => checkAtRest(core, m, oracleOf(m)),
        stepLimit: 50_000,
      };
    },
  };
}
