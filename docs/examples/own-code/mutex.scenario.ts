import { lockScenario } from './lock-scenario.ts';
import { Mutex } from './mutex.ts';

export const summary = 'a mutex that sleeps';
export const { setup, threads, check } = lockScenario(() => new Mutex(), 3);
