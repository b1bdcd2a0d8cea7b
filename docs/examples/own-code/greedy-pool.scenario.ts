import { GreedyDeque } from './deque.ts';
import { poolScenario } from './pool-scenario.ts';

export const summary = 'the workers with a deque that gives a task twice; fails';
export const { setup, threads, check } = poolScenario((capacity) => new GreedyDeque(capacity));
