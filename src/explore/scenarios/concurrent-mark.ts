/**
 * The concurrent collector's barrier against its scan, for each barrier and each treatment of stacks.
 * The combinations of Go 1.5 and 1.8 survive; each other one loses an object, and is a canary.
 */
import type { MachineShape } from '../../memory/map.ts';
import { COLLECTOR } from '../../gc/collectors/registry.ts';
import { BARRIER, STACKS, TERMINATION } from '../../gc/collectors/concurrent/state.ts';
import { prepareMachine } from './machine.ts';
import { BARRIER_CAP } from '../../machine/m.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

type BarrierName = keyof typeof BARRIER;
type StacksName = keyof typeof STACKS;

/** No collection but the one that the program begins. */
const GOGC = -1;
/** Moves between the holders, unless the object is taken to the stack: each move would shade it. */
const MOVES = 6;

/** Whether W ends on the stack of the goroutine that moves it, or in a holder. */
const ENDS = { onStack: 1, inHolder: 0 } as const;

/** Barriers and treatments of stacks that lose no object. */
export const SOUND: readonly (readonly [BarrierName, StacksName])[] = [
  ['dijkstra', 'rescan'],
  ['hybrid', 'once'],
  ['hybrid', 'rescan'],
];
/** Those that lose one. */
export const UNSOUND: readonly (readonly [BarrierName, StacksName])[] = [
  ['none', 'rescan'],
  ['none', 'once'],
  ['dijkstra', 'once'],
  ['yuasa', 'once'],
  ['yuasa', 'rescan'],
];

function concurrentMark(name: string, summary: string, combinations: readonly (readonly [BarrierName, StacksName])[], ends: readonly number[], fixed: Partial<MachineShape> & { readonly mustFail?: boolean } = {}): Scenario {
  const { mustFail = false, ...fields } = fixed;
  function shape({ procs, combination }: Knobs) {
    const [barrier, stacks] = combinations[combination];
    return tinyShape({ procs, collector: COLLECTOR.concurrent, barrier: BARRIER[barrier], stacks: STACKS[stacks], ...fields });
  }
  return {
    name,
    summary,
    ...(mustFail && { mustFail }),
    knobs: [
      procsKnob(2, 3),
      { name: 'stack', summary: '1: the moved object ends on the stack', values: ends },
      { name: 'combination', summary: combinations.map(([barrier, stacks], i) => `${i} ${barrier}, stacks ${stacks}`).join('; '), values: combinations.map((_, i) => i) },
    ],
    shape,
    prepare(core, { knobs }, makeOracle) {
      return prepareMachine(core, shape(knobs), GOGC, { ...core.CONCURRENT_MARK, args: knobs.stack === ENDS.onStack ? [0, 1] : [MOVES, 0] }, makeOracle);
    },
  };
}

export const barrierScan = concurrentMark('barrier-scan', 'a mutator hides objects behind scanned ones while workers mark', SOUND, [ENDS.onStack, ENDS.inHolder]);
export const barrierMoves = concurrentMark('barrier-moves', 'the same, and the moved object ends in the heap', SOUND, [ENDS.inHolder]);
export const stackScan = concurrentMark('stack-scan', 'the same, and each stack is scanned once, beside goroutines that run', [['hybrid', 'once']], [ENDS.onStack, ENDS.inHolder]);
/** Pointers that a barrier records before it shades them, where the scenario has a buffer: so few that it fills up. */
const BUFFER = 3;
export const barrierBuffered = concurrentMark('barrier-buffered', 'barriers record pointers in a buffer of their P, which is flushed when it is full, and when the mark ends', SOUND, [ENDS.inHolder, ENDS.onStack], { barrierBuffer: BUFFER });
export const markRounds = concurrentMark('mark-rounds', 'the ragged barrier finds the end of the mark: a round in which no P has published work', SOUND, [ENDS.inHolder, ENDS.onStack], { termination: TERMINATION.ragged });
export const markRoundsBuffered = concurrentMark('mark-rounds-buffered', 'the same with a buffer in each P that only the rounds flush', SOUND, [ENDS.inHolder, ENDS.onStack], { termination: TERMINATION.ragged, barrierBuffer: BARRIER_CAP });
export const checkmarks = concurrentMark('checkmarks', 'the mark is checked by a second one in the stopped world', SOUND, [ENDS.inHolder, ENDS.onStack], { verify: false, checkmark: true });
/** No oracle looks on: the checkmark phase must find the object. */
export const checkmarkUnsound = concurrentMark('canary-checkmark', 'the checkmark phase alone looks for the object that no barrier has kept; must fail', [['none', 'rescan']], [ENDS.inHolder], { verify: false, checkmark: true, mustFail: true });
export const barrierUnsound: readonly Scenario[] = UNSOUND.map((combination) => {
  const [barrier, stacks] = combination;
  return concurrentMark(`canary-${barrier}-${stacks}`, `the same with barrier ${barrier} and stacks scanned ${stacks === 'once' ? 'once' : 'again'}; must fail`, [combination], [barrier === 'none' ? ENDS.inHolder : ENDS.onStack], { mustFail: true });
});
