import { rcuScenario } from './rcu-scenario.ts';
import { Rcu } from './rcu.ts';

export const summary = 'read-copy-update';
export const { setup, operations, spec } = rcuScenario((readers) => new Rcu(readers));
