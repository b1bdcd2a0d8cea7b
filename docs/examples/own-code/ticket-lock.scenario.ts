import { lockScenario } from './lock-scenario.ts';
import { TicketLock } from './ticket-lock.ts';

export const summary = 'a lock with tickets';
export const { setup, threads, check } = lockScenario(() => new TicketLock(), 3);
