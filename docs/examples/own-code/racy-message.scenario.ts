import { messageScenario } from './message-scenario.ts';
import { RacyMessage } from './message.ts';

export const summary = 'the message that is published by a plain store; fails';
export const { setup, threads, check, races } = messageScenario(() => new RacyMessage());
