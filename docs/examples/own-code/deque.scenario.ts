import { dequeScenario } from './deque-scenario.ts';
import { Deque } from './deque.ts';

export const summary = 'a deque with thieves';
export const { setup, operations, atEnd, spec } = dequeScenario((capacity) => new Deque(capacity));
