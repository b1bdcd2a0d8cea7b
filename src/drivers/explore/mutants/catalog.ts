/** Every mutant, in the order in which `--list` shows them. */
import { freeIntoCachedSpan } from './free-into-cached-span.ts';
import { getfullKeepsWaiting } from './getfull-keeps-waiting.ts';
import type { KnownBug } from './known-bug.ts';
import { markLoadOrStore } from './mark-load-or-store.ts';
import { pendingMarksLost } from './pending-marks-lost.ts';
import { stashDropped } from './stash-dropped.ts';
import { sweepPublishesEarly } from './sweep-publishes-early.ts';
import { sweepgenByOne } from './sweepgen-by-one.ts';

export const MUTANTS: readonly KnownBug[] = [markLoadOrStore, getfullKeepsWaiting, sweepPublishesEarly, sweepgenByOne, stashDropped, pendingMarksLost, freeIntoCachedSpan];
