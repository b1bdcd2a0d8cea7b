import { stackScenario } from './stack-scenario.ts';
import { Stack } from './stack.ts';

export const summary = 'a lock-free stack without a count; fails';
export const { setup, threads, check } = stackScenario((capacity) => new Stack(capacity));
