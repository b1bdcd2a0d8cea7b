/** Stacks that grow: goroutines call deeper than their stack has room for, under collections. */
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collections are forced, and few, so that an execution is short. */
const GOGC = -1;
const GOROUTINES = 2;
const TIMES = 2;

/** Four frames fill a smallest stack; the largest that there is an order of is half a page. A deep one has many roots. */
function shape({ procs }: Knobs) {
  return tinyShape({ procs, stackMinWords: 128, stackWords: 4096, stackCacheWords: 2048, maxWorkbufs: 64 });
}

export const deepCalls: Scenario = {
  name: 'deep-calls',
  summary: 'goroutines whose calls go deep: their stacks grow and move, under collections',
  knobs: [procsKnob(3, 2), { name: 'deepest', summary: 'frames that the first goroutine goes down', values: [9, 36, 4] }],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.DEEP_CALLS, args: [GOROUTINES, knobs.deepest, TIMES] }, makeOracle);
  },
};
