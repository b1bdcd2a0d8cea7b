/** Every mutant, in the order in which `--list` shows them. */
import { chanCopiesLate } from './chan-copies-late.ts';
import { chanParksUnlocked } from './chan-parks-unlocked.ts';
import { freeIntoCachedSpan } from './free-into-cached-span.ts';
import { getfullKeepsWaiting } from './getfull-keeps-waiting.ts';
import type { KnownBug } from './known-bug.ts';
import { markLoadOrStore } from './mark-load-or-store.ts';
import { pendingMarksLost } from './pending-marks-lost.ts';
import { selectClaimedTwice } from './select-claimed-twice.ts';
import { stashDropped } from './stash-dropped.ts';
import { sweepPublishesEarly } from './sweep-publishes-early.ts';
import { sweepgenByOne } from './sweepgen-by-one.ts';

export const MUTANTS: readonly KnownBug[] = [markLoadOrStore, getfullKeepsWaiting, sweepPublishesEarly, sweepgenByOne, stashDropped, pendingMarksLost, chanParksUnlocked, chanCopiesLate, selectClaimedTwice, freeIntoCachedSpan];
