import { onceScenario } from './once-scenario.ts';
import { Once } from './once.ts';

export const summary = 'a value that is made when it is first needed';
export const { setup, threads, check } = onceScenario(() => new Once());
