import { seqlockScenario } from './seqlock-scenario.ts';
import { CarelessSeqlock } from './seqlock.ts';

export const summary = 'the sequence lock whose readers do not look again; fails';
export const { setup, operations, spec, racy } = seqlockScenario(() => new CarelessSeqlock());
