/** Assists against mark termination: an assist that holds work, waits for work, or ends the mark, loses no object and no goroutine. */
import { COLLECTOR } from '../../gc/collectors/registry.ts';
import { BARRIER, STACKS } from '../../gc/collectors/concurrent/state.ts';
import { ASSISTS } from '../../gc/pacer/record.ts';
import { prepareMachine } from './machine.ts';
import { procsKnob, type Knobs, type Scenario } from './scenario.ts';
import { tinyShape } from './tiny-shape.ts';

/** The heap of a mark may grow by little, so each allocation owes more work than there is. */
const GOGC = 0;

function shape({ procs }: Knobs) {
  return tinyShape({ procs, collector: COLLECTOR.concurrent, barrier: BARRIER.hybrid, stacks: STACKS.once, assists: ASSISTS.on, maxGs: 12 });
}

export const assistTermination: Scenario = {
  name: 'assist-termination',
  summary: 'goroutines that allocate during a mark pay by marking, wait for others to do so, and end the mark',
  knobs: [procsKnob(2, 3)],
  shape,
  prepare(core, { knobs }, makeOracle) {
    return prepareMachine(core, shape(knobs), GOGC, { ...core.ASSIST_TERMINATION, args: [] }, makeOracle);
  },
};
