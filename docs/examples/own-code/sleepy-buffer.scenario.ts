import { boundedBufferScenario } from './bounded-buffer-scenario.ts';
import { SleepyBuffer } from './bounded-buffer.ts';

export const summary = 'the queue that wakes the wrong thread; fails';
export const { setup, operations, spec } = boundedBufferScenario((capacity) => new SleepyBuffer(capacity));
