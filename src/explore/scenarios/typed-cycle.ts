/** Values whose types the collector knows, in blocks that are used again for other types. */
import { typeTableWords } from '../../heap/type-table.ts';
import { TYPES } from '../../memory/config.ts';
import { prepareMachine } from './machine.ts';
import { TYPED_CYCLE_TYPES } from './programs/typed-cycle.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collections are forced, and few, so that an execution is short. */
const GOGC = -1;
const WORKERS = 2;

function shape({ procs, types, bits }: Knobs) {
  const ptrWords = bits === 64 ? 2 : 1;
  return tinyShape({ procs, types, ptrWords, typeWords: typeTableWords(TYPED_CYCLE_TYPES, ptrWords) });
}

export const typedCycle: Scenario = {
  name: 'typed-cycle',
  summary: 'goroutines that allocate values of many types and forget them, under collections that go by the types',
  knobs: [
    procsKnob(3, 2),
    { name: 'types', summary: 'how pointers are told: 1 by types that spans keep, 2 by a bit each', values: [TYPES.mtypes, TYPES.heapbits] },
    { name: 'bits', summary: 'of a pointer', values: [64, 32] },
    { name: 'rounds', summary: 'nodes that each goroutine makes', values: [4, 7] },
  ],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.TYPED_CYCLE, types: TYPED_CYCLE_TYPES, args: [WORKERS, knobs.rounds] }, makeOracle);
  },
};
