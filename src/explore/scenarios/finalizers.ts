/** Finalizers from SetFinalizer to their run: each runs exactly once. */
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { prepareMachine } from './machine.ts';
import { FINALIZERS_MOST, finalizersCount } from './programs/finalizers.ts';
import type { Operations } from './operation.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';
import { ordersFor } from './told.ts';
import { checkQuiet } from './world.ts';

/** No automatic collections: a few forced ones keep an execution short. */
const GOGC = -1;

const SWEEP: Knob = { name: 'sweep', summary: '1: the last collection sweeps in its pause, 0: in the background', values: [0, 1] };
const PROFILE: Knob = { name: 'profile', summary: '1: every block is sampled by the profiler', values: [0, 1] };

/** With 2, blocks of the queue fill up and others are begun. */
const CAP: Knob = { name: 'cap', summary: 'finalizers in a block of the queue', values: [252, 2] };

function shape({ procs, profile = 0, cap }: Knobs) {
  const profiled = profile === 0 ? {} : { memprofileRate: profile, persistentWords: 1 << 18 };
  return tinyShape({ procs, bssWords: 64, persistentWords: 8192, finBlockCap: cap, ...profiled });
}

function finalizersScenario(name: string, summary: string, all: Operations, knobs: readonly Knob[] = [SWEEP, PROFILE, CAP]): Scenario {
  const collects = knobs.some(({ name: each }) => each === SWEEP.name);
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2, 4), ...knobs],
    shape,
    operations: () => all,
    prepare(core, { knobs: values, operations }, makeOracle) {
      const orders = ordersFor(operations, core.FINALIZERS_ORDERS);
      const program = { ...core.FINALIZERS, args: [values.sweep ?? 0], build: (m: Int32Array, m0: number) => core.buildFinalizers(m, m0, orders, values.fill ?? 0) };
      const prepared = prepareMachine(core, shape(values), GOGC, program, makeOracle);
      if (!collects) prepared.template[MSTATS + MStats.at.enablegc] = 0;
      return { ...prepared, check: (m, results) => prepared.check(m, results) || checkRan(m) || checkQuiet(m) };
    },
  };
}

/** Each object's finalizer has run as often as it was set. */
function checkRan(m: Int32Array): string {
  for (let id = 1; id < FINALIZERS_MOST; id++) {
    const [set, ran] = [m[finalizersCount(m, id)], m[finalizersCount(m, id) + 1]];
    if (set !== ran) return `FINALIZER_RUNS: the finalizer of object ${id} was set ${set} times, and ran ${ran} times`;
  }
  return '';
}

export const finalizers = finalizersScenario('finalizers', 'objects with finalizers are dropped under collections: each finalizer runs once', [
  [['make', 0, 1], ['make', 1, 2], ['link', 0, 1], ['drop', 0], ['collect'], ['drop', 1]],
  [['make', 0, 3], ['take', 0, 3], ['make', 1, 11], ['drop', 1], ['make', 0, 4], ['yield']],
]);

export const finalizersWake = finalizersScenario('finalizers-wake', 'finalizers become due one after another: their goroutine is woken each time', [
  [['make', 0, 1], ['drop', 0], ['collect'], ['yield']],
  [['make', 0, 2], ['drop', 0]],
]);

export const finalizersQueue = finalizersScenario(
  'finalizers-queue',
  'only the queue of finalizers: filled as by sweepers, emptied, filled again, without collections',
  [
    [['hold', 0, 1], ['queue', 0], ['yield'], ['queue', 0], ['yield'], ['queue', 0]],
    [['hold', 0, 2], ['queue', 0], ['queue', 0], ['yield'], ['queue', 0]],
  ],
  [],
);

export const finalizersBlocks = finalizersScenario(
  'finalizers-blocks',
  'the same with several small blocks in the queue: some are emptied while others are filled',
  [
    [['hold', 0, 1], ['queue', 0], ['queue', 0], ['queue', 0], ['yield'], ['queue', 0], ['queue', 0], ['queue', 0], ['queue', 0]],
    [['hold', 0, 2], ['queue', 0], ['yield'], ['queue', 0], ['queue', 0], ['queue', 0], ['yield'], ['queue', 0]],
  ],
  // Four finalizers fill a block to its last word.
  [{ ...CAP, values: [4, 2, 1] }],
);

/** The chunk of eight pages is used up when an object with a finalizer takes its last page: its span is the last one. */
export const finalizersLast = finalizersScenario(
  'finalizers-last',
  'objects with finalizers in the last span of the heap',
  [
    [['make', 0, 1], ['drop', 0], ['collect'], ['yield']],
    [['make', 0, 2], ['drop', 0], ['make', 1, 3], ['drop', 1]],
  ],
  [{ ...SWEEP, values: [0] }, { name: 'fill', summary: 'pages in use from the start', values: [5, 4, 3, 6] }],
);
