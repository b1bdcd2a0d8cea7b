/** A whole machine: allocation, pointer stores, collections on several Ms, and sweeping while mutators run. */
import { TYPES } from '../../memory/config.ts';
import { COLLECTOR, COLLECTORS } from '../../gc/collectors/registry.ts';
import type { MachineShape } from '../../memory/map.ts';
import { POLICY } from '../../gc/policy.ts';
import { LAB_KNOBS, labShape } from './lab-knobs.ts';
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collects when the heap has grown by one percent. */
const GOGC = 1;
const WORKERS = 2;
const ROUNDS = 2;

/** Only Go 1.3's mark loop has these. */
const VARIANTS: readonly Knob[] = [
  { name: 'types', summary: 'how pointers are found: 0 conservatively, 1 by MTypes of spans, 2 by pointer bits', values: [TYPES.none, TYPES.mtypes, TYPES.heapbits] },
  { name: 'collector', summary: COLLECTORS.map(({ name }, id) => `${id} ${name}`).join(', '), values: COLLECTORS.map((_, id) => id) },
  { name: 'bits', summary: 'width of a pointer', values: [64, 32] },
  { name: 'profile', summary: '1: every block is sampled by the profiler', values: [0, 1] },
];

/** Knobs beside the number of Ps; a mark loop that is not listed has none. */
const KNOBS: Readonly<Partial<Record<keyof typeof POLICY, readonly Knob[]>>> = { 'go1.3': VARIANTS, lab: LAB_KNOBS };

function wholeCycle(name: string, summary: string, policy: keyof typeof POLICY, waits = true, fixed: Partial<MachineShape> = {}): Scenario {
  function shape(knobs: Knobs) {
    const { procs, types = 0, collector = 0, bits = 64, profile = 0 } = knobs;
    if (policy === 'lab') return tinyShape({ procs, ...labShape(knobs) });
    const profiled = profile === 0 ? {} : { memprofileRate: profile, persistentWords: 1 << 18 };
    return tinyShape({ procs, policy: POLICY[policy], types, collector, ptrWords: bits === 64 ? 2 : 1, ...profiled, ...fixed });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2), ...(KNOBS[policy] ?? []).filter(({ name: knob }) => !(knob in fixed))],
    shape,
    prepare(core, { knobs }, makeOracle) {
      const program = { ...core.WHOLE_CYCLE, args: [waits ? WORKERS : 1, ROUNDS, waits ? 1 : 0], build: core.buildWholeCycle };
      return prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
    },
  };
}

export const wholeCycleGo = wholeCycle('whole-cycle', 'goroutines allocate, link and drop objects under collections', 'go1.3');
export const wholeCycleTuned = wholeCycle('whole-cycle-tuned', 'the same with the tuned mark loop', 'tuned');
export const wholeCycleLab = wholeCycle('whole-cycle-lab', "the same with the lab's mark loop", 'lab');
export const wholeCycleSpans = wholeCycle('whole-cycle-spans', 'the same with span-based marking', 'spans');
export const earlyEnd = wholeCycle('early-end', 'the main goroutine ends while another collects and a P is idle', 'go1.3', false);
export const concurrentCycle = wholeCycle('concurrent-cycle', 'the whole cycle with the concurrent collector', 'go1.3', true, { collector: COLLECTOR.concurrent });
