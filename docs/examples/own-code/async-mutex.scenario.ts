import { asyncMutexScenario } from './async-mutex-scenario.ts';
import { AsyncMutex } from './async-mutex.ts';

export const summary = 'a mutex that waits without sleeping';
export const { setup, threads, check, races } = asyncMutexScenario(() => new AsyncMutex());
