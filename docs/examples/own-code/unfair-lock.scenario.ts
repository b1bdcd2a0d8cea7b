import { fairnessScenario } from './fairness-scenario.ts';
import { SpinLock } from './spin-lock.ts';

export const summary = 'a spin lock, whose threads may starve; fails';
export const { setup, threads, starvation } = fairnessScenario(() => new SpinLock());
