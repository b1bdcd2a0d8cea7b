import { fairnessScenario } from './fairness-scenario.ts';
import { TicketLock } from './ticket-lock.ts';

export const summary = 'a lock with tickets, which lets no thread starve';
export const { setup, threads, starvation } = fairnessScenario(() => new TicketLock());
