import { seqlockScenario } from './seqlock-scenario.ts';
import { Seqlock } from './seqlock.ts';

export const summary = 'a pair of numbers with a sequence lock';
export const { setup, operations, spec, racy } = seqlockScenario(() => new Seqlock());
