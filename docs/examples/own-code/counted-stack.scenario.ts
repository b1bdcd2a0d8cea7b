import { stackScenario } from './stack-scenario.ts';
import { CountedStack } from './stack.ts';

export const summary = 'a lock-free stack with a count of changes';
export const { setup, threads, check } = stackScenario((capacity) => new CountedStack(capacity));
