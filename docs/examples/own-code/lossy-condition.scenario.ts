import { conditionScenario } from './condition-scenario.ts';
import { LossyCondition } from './condition.ts';

export const summary = 'the condition variable that loses a wake-up; fails';
export const { setup, threads } = conditionScenario(() => new LossyCondition());
