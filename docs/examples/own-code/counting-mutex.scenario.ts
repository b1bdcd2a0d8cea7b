import { lockScenario } from './lock-scenario.ts';
import { CountingMutex } from './mutex.ts';

export const summary = 'a mutex that counts the threads that have asked';
export const { setup, threads, check } = lockScenario(() => new CountingMutex(), 3);
