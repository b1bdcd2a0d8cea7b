/** Goroutines that wait for a mutex and for conditions, under collections. */
import { prepareMachine } from './machine.ts';
import { CONDITIONS_GLOBALS } from './programs/conditions.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collections are forced, and few, so that an execution is short. */
const GOGC = -1;
const PUTTERS = 2;
/** Words of a global. */
const GLOBAL_WORDS = 2;
/** Objects that each of the putters puts. */
const EACH: Knob = { name: 'each', summary: 'objects that each putter puts', values: [2, 1, 3] };

function shape({ procs }: Knobs) {
  return { ...tinyShape({ procs }), bssWords: GLOBAL_WORDS * CONDITIONS_GLOBALS };
}

export const conditions: Scenario = {
  name: 'conditions',
  summary: 'goroutines that wait for a mutex and for conditions, which are signalled and broadcast, under collections',
  knobs: [procsKnob(3, 2), EACH],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.CONDITIONS, args: [PUTTERS, knobs.each] }, makeOracle);
  },
};
