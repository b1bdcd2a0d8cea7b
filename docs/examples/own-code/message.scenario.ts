import { messageScenario } from './message-scenario.ts';
import { Message } from './message.ts';

export const summary = 'a message that is published by an atomic store';
export const { setup, threads, check, races } = messageScenario(() => new Message());
