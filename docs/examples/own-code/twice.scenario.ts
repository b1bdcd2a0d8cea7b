import { onceScenario } from './once-scenario.ts';
import { Twice } from './once.ts';

export const summary = 'the value that may be made twice; fails';
export const { setup, threads, check } = onceScenario(() => new Twice());
