/** Explicit frees beside the allocation from the same spans, and nothing else. */
import { runAlone } from '../alone.ts';
import { checkAtRest, onePerMemory } from './machine.ts';
import type { Knobs, Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

function shape({ procs }: Knobs) {
  return tinyShape({ procs, arenaPages: 16, verify: false });
}

export const freeBeside: Scenario = {
  name: 'free-beside',
  summary: 'one M allocates, the others free its blocks while it still caches their span',
  procs: [3, 2],
  shape,
  prepare(core, knobs, makeOracle) {
    const map = core.planMemory(shape(knobs));
    const template = new Int32Array(map.words);
    const m0 = runAlone(core, core.boot(template, map, 100));
    runAlone(core, core.buildFreeBeside(template, m0));
    const ms = Array.from({ length: knobs.procs }, (_, i) => i);
    const oracleOf = onePerMemory(makeOracle);
    return {
      template,
      threads: ms.map((i) => (m) => core.freeBeside(m, i)),
      names: ms.map((i) => `M${i}`),
      check: (m) => checkAtRest(core, m, oracleOf(m)),
      stepLimit: 50_000,
    };
  },
};
