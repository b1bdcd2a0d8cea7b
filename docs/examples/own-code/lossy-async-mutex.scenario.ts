import { asyncMutexScenario } from './async-mutex-scenario.ts';
import { LossyAsyncMutex } from './async-mutex.ts';

export const summary = 'the asynchronous mutex that loses a wake-up; fails';
export const { setup, threads, check, races } = asyncMutexScenario(() => new LossyAsyncMutex());
