import { queueScenario } from './queue-scenario.ts';
import { LosingQueue } from './queue.ts';

export const summary = 'the queue that links nodes without a check; fails';
export const { setup, operations, atEnd, spec } = queueScenario((capacity) => new LosingQueue(capacity));
