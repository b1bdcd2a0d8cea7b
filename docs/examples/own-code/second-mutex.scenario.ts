import { lockScenario } from './lock-scenario.ts';
import { SecondMutex } from './mutex.ts';

export const summary = 'a mutex that sleeps, second version';
export const { setup, threads, check } = lockScenario(() => new SecondMutex(), 3);
