import { rcuScenario } from './rcu-scenario.ts';
import { HastyRcu } from './rcu.ts';

export const summary = 'read-copy-update without a wait for the readers; fails';
export const { setup, operations, spec } = rcuScenario((readers) => new HastyRcu(readers));
