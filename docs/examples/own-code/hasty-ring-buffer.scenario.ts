import { ringBufferScenario } from './ring-buffer-scenario.ts';
import { HastyRingBuffer } from './ring-buffer.ts';

export const summary = 'the ring buffer with a tail that moves too early; fails';
export const { setup, threads, check } = ringBufferScenario(() => new HastyRingBuffer(3));
