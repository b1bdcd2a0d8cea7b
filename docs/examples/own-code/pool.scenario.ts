import { Deque } from './deque.ts';
import { poolScenario } from './pool-scenario.ts';

export const summary = 'two workers that steal tasks from each other';
export const { setup, threads, check } = poolScenario((capacity) => new Deque(capacity));
