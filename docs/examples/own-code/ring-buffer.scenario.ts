import { ringBufferScenario } from './ring-buffer-scenario.ts';
import { RingBuffer } from './ring-buffer.ts';

export const summary = 'a ring buffer for one producer and one consumer';
export const { setup, threads, check } = ringBufferScenario(() => new RingBuffer(3));
