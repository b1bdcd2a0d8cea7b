/** All of it at once: allocation, linking, collections with several Ms, sweeping beside the mutators. */
import { TYPES } from '../../memory/config.ts';
import { COLLECTORS } from '../../gc/collectors/registry.ts';
import { POLICY } from '../../gc/policy.ts';
import { LAB_KNOBS, labShape } from './lab-knobs.ts';
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collect for as little as a percent of growth. */
const GOGC = 1;
const WORKERS = 2;
const ROUNDS = 2;

/** The other mark loops know none of them. */
const VARIANTS: readonly Knob[] = [
  { name: 'types', summary: 'how pointers are told: 0 they look like some, 1 by types that spans keep, 2 by a bit each', values: [TYPES.none, TYPES.mtypes, TYPES.heapbits] },
  { name: 'collector', summary: COLLECTORS.map(({ name }, id) => `${id} ${name}`).join(', '), values: COLLECTORS.map((_, id) => id) },
  { name: 'bits', summary: 'of a pointer', values: [64, 32] },
  { name: 'profile', summary: '1: every block is sampled by the profiler', values: [0, 1] },
];

const KNOBS: Readonly<Record<keyof typeof POLICY, readonly Knob[]>> = { 'go1.3': VARIANTS, tuned: [], lab: LAB_KNOBS };

function wholeCycle(name: string, summary: string, policy: keyof typeof POLICY, waits = true): Scenario {
  function shape(knobs: Knobs) {
    const { procs, types = 0, collector = 0, bits = 64, profile = 0 } = knobs;
    if (policy === 'lab') return tinyShape({ procs, ...labShape(knobs) });
    const profiled = profile === 0 ? {} : { memprofileRate: profile, persistentWords: 1 << 18 };
    return tinyShape({ procs, policy: POLICY[policy], types, collector, ptrWords: bits === 64 ? 2 : 1, ...profiled });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2), ...KNOBS[policy]],
    shape,
    prepare(core, { knobs }, makeOracle) {
      const program = { ...core.WHOLE_CYCLE, args: [waits ? WORKERS : 1, ROUNDS, waits ? 1 : 0], build: core.buildWholeCycle };
      return prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
    },
  };
}

export const wholeCycleGo = wholeCycle('whole-cycle', 'goroutines that allocate, link and drop under collections', 'go1.3');
export const wholeCycleTuned = wholeCycle('whole-cycle-tuned', 'the same with the tuned mark loop', 'tuned');
export const wholeCycleLab = wholeCycle('whole-cycle-lab', "the same with the lab's mark loop", 'lab');
export const earlyEnd = wholeCycle('early-end', 'the main goroutine ends while another collects and a P is idle', 'go1.3', false);
