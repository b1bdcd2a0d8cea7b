import { lockScenario } from './lock-scenario.ts';
import { ForgetfulMutex } from './mutex.ts';

export const summary = 'the mutex that forgets sleeping threads; fails';
export const { setup, threads, check } = lockScenario(() => new ForgetfulMutex(), 3);
