import { queueScenario } from './queue-scenario.ts';
import { Queue } from './queue.ts';

export const summary = 'a lock-free queue';
export const { setup, operations, atEnd, spec } = queueScenario((capacity) => new Queue(capacity));
