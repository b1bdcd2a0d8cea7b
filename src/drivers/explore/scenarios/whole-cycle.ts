/** All of it at once: allocation, linking, collections with several Ms, sweeping beside the mutators. */
import { POLICY } from '../../../gc/policy.ts';
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** Collect for as little as a percent of growth. */
const GOGC = 1;
const WORKERS = 2;
const ROUNDS = 2;

function wholeCycle(name: string, summary: string, policy: keyof typeof POLICY, waits = true): Scenario {
  function shape({ procs }: Knobs) {
    return tinyShape({ procs, policy: POLICY[policy] });
  }
  return {
    name,
    summary,
    knobs: [procsKnob(3, 2)],
    shape,
    prepare(core, { knobs }, makeOracle) {
      const program = { ...core.WHOLE_CYCLE, args: [waits ? WORKERS : 1, ROUNDS, waits ? 1 : 0], build: core.buildWholeCycle };
      return prepareMachine(core, shape(knobs), GOGC, program, makeOracle);
    },
  };
}

export const wholeCycleGo = wholeCycle('whole-cycle', 'goroutines that allocate, link and drop under collections', 'go1.3');
export const wholeCycleTuned = wholeCycle('whole-cycle-tuned', 'the same with the tuned mark loop', 'tuned');
export const earlyEnd = wholeCycle('early-end', 'the main goroutine ends while another collects and a P is idle', 'go1.3', false);
