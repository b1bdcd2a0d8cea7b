import { conditionScenario } from './condition-scenario.ts';
import { Condition } from './condition.ts';

export const summary = 'a condition variable';
export const { setup, threads } = conditionScenario(() => new Condition());
