import { boundedBufferScenario } from './bounded-buffer-scenario.ts';
import { BoundedBuffer } from './bounded-buffer.ts';

export const summary = 'a queue with room for one number';
export const { setup, operations, spec } = boundedBufferScenario((capacity) => new BoundedBuffer(capacity));
