/** Values of types that the collector knows, in blocks that are reused for other types. */
import { typeTableWords } from '../../heap/type-table.ts';
import { TYPES } from '../../memory/config.ts';
import { prepareMachine } from './machine.ts';
import { TYPED_CYCLE_TYPES } from './programs/typed-cycle.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** No automatic collections: a few forced ones keep an execution short. */
const GOGC = -1;
const WORKERS = 2;

function shape({ procs, types, bits }: Knobs) {
  const ptrWords = bits === 64 ? 2 : 1;
  return tinyShape({ procs, types, ptrWords, typeWords: typeTableWords(TYPED_CYCLE_TYPES, ptrWords) });
}

export const typedCycle: Scenario = {
  name: 'typed-cycle',
  summary: 'goroutines allocate and drop values of many types, under precise collections',
  knobs: [
    procsKnob(3, 2),
    { name: 'types', summary: 'how pointers are found: 1 by MTypes of spans, 2 by pointer bits', values: [TYPES.mtypes, TYPES.heapbits] },
    { name: 'bits', summary: 'width of a pointer', values: [64, 32] },
    { name: 'rounds', summary: 'nodes that each goroutine allocates', values: [4, 7] },
  ],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.TYPED_CYCLE, types: TYPED_CYCLE_TYPES, args: [WORKERS, knobs.rounds] }, makeOracle);
  },
};
