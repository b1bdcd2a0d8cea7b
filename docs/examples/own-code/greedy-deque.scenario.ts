import { dequeScenario } from './deque-scenario.ts';
import { GreedyDeque } from './deque.ts';

export const summary = 'the deque whose owner takes the last item without asking; fails';
export const { setup, operations, atEnd, spec } = dequeScenario((capacity) => new GreedyDeque(capacity));
