/** Several marks in a row, barriers that meet in one word of marks, and the checkmark phase by itself. */
import type { MachineShape } from '../../memory/map.ts';
import { BARRIER_CAP } from '../../machine/m.ts';
import { COLLECTOR } from '../../gc/collectors/registry.ts';
import { BARRIER, STACKS, TERMINATION } from '../../gc/collectors/concurrent/state.ts';
import { SOUND } from './concurrent-mark.ts';
import { prepareMachine } from './machine.ts';
import { perM } from './per-m.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** No collection but those that the program asks for. */
const GOGC = -1;
/** The combination of Go 1.8 first. */
const COMBINATIONS = [...SOUND.slice(1), SOUND[0]];

function phases(name: string, summary: string, fixed: Partial<MachineShape>): Scenario {
  function shape({ procs, combination }: Knobs) {
    const [barrier, stacks] = COMBINATIONS[combination];
    return tinyShape({ procs, collector: COLLECTOR.concurrent, barrier: BARRIER[barrier], stacks: STACKS[stacks], ...fixed });
  }
  return {
    name,
    summary,
    knobs: [
      procsKnob(2, 3),
      { name: 'combination', summary: COMBINATIONS.map(([barrier, stacks], i) => `${i} ${barrier}, stacks ${stacks}`).join('; '), values: COMBINATIONS.map((_, i) => i) },
    ],
    shape,
    prepare: (core, { knobs }, makeOracle) => prepareMachine(core, shape(knobs), GOGC, { ...core.MARK_PHASES, args: [] }, makeOracle),
  };
}

export const markPhases = phases('mark-phases', 'marks begin and end, one after the other, while goroutines move, free and allocate', {});
export const markPhasesBuffered = phases('mark-phases-buffered', 'the same with rounds of the ragged barrier, and a buffer in each P', { termination: TERMINATION.ragged, barrierBuffer: BARRIER_CAP });

export const checkmarkFinds = perM({
  name: 'checkmark-finds',
  summary: 'marks are made by hand, with one block left out: the checkmark phase must find that one',
  procs: [1],
  shape: () => ({ collector: COLLECTOR.concurrent }),
  build: (core, m, m0) => core.buildCheckmark(m, m0),
  run: (core, m, i) => core.runCheckmark(m, i),
  withoutOracle: true,
});

function neighbours(name: string, summary: string, fixed: Partial<MachineShape>): Scenario {
  return perM({
    name,
    summary,
    procs: [2, 3],
    shape: () => ({ collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once, bssWords: 64, ...fixed }),
    build: (core, m, m0) => core.buildNeighbours(m, m0),
    run: (core, m, i) => core.runNeighbours(m, i),
    withoutOracle: true,
  });
}

export const markNeighbours = neighbours('mark-neighbours', 'barriers, allocations and workers meet in the same words of marks, and in the list of shaded blocks', {});
export const markNeighboursBuffered = neighbours('mark-neighbours-buffered', 'the same with a buffer of three pointers in each P', { barrierBuffer: 3 });

export const stackBeside = perM({
  name: 'stack-beside',
  summary: 'workers come to the stack of a goroutine that its M is about to run',
  procs: [2, 3],
  shape: () => ({ collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once }),
  build: (core, m, m0) => core.buildStackBeside(m, m0),
  run: (core, m, i) => core.runStackBeside(m, i),
  withoutOracle: true,
});
