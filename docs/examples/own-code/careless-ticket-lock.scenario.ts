import { lockScenario } from './lock-scenario.ts';
import { CarelessTicketLock } from './ticket-lock.ts';

export const summary = 'the lock with tickets that two threads may share; fails';
export const { setup, threads, check } = lockScenario(() => new CarelessTicketLock(), 3);
