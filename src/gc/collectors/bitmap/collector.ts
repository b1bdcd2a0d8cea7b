/**
 * The collector of 2011 (Go's change 3975046).
 *
 *   1. Clear the counts of lookups.
 *   2. One M scans the roots and all they lead to, with the marks in the bitmap (scanblock.ts).
 *   3. Hand all workbufs back.
 *   4. Sweep every span before the world goes on, with the shared sweeper (malloc/sweep.ts).
 *
 * Departures, because the heap is shared with later collectors:
 * - bitSpecial is unused: a span has a list of its specials. markfin walks these lists instead of
 *   the table of finalizers.
 * - FlagNoPointers is the scan bit, inverted. FlagNoGC is an allocated bit that is clear
 *   while the scan bit is set (markNoGC). FlagNoProfiling is FLAG_NOPROFILING.
 * - stealcache comes first: the sweep returns blocks to the MCentrals, not to the sweeper's MCache,
 *   and refuses a cached span. The roots do it (flushallmcaches). cachestats runs where it did.
 */
import type { Mem } from '../../../memory/struct.ts';
import { loadWide, storeWide } from '../../../memory/wide.ts';
import { SPAN_STATE, Span, spanAt } from '../../../heap/span.ts';
import type { MRef } from '../../../machine/m.ts';
import { nspan } from '../../../malloc/mheap.ts';
import { NOTHING_TO_SWEEP, SWEEP, Sweep, sweepone } from '../../../malloc/sweep.ts';
import { logCycleField } from '../../cycle-log.ts';
import { scanRoots } from '../../roots.ts';
import type { Collector } from '../descriptor.ts';
import { checkallocated, checkfreed, checksBlocks } from './check-bits.ts';
import { BITMAP_WORK, BitmapWork, releaseBuffers } from './work.ts';
import { scanblock } from './scanblock.ts';

const NSIZELOOKUP = BITMAP_WORK + BitmapWork.at.nsizelookup;
const NADDRLOOKUP = BITMAP_WORK + BitmapWork.at.naddrlookup;
const XNPAUSESWEEP = SWEEP + Sweep.at.xnpausesweep;

/** Marks from the roots: data, bss, stacks (scanstack) and specials (markfin). */
function markBitmap(m: Mem, mp: MRef): void {
  storeWide(m, NSIZELOOKUP, 0);
  storeWide(m, NADDRLOOKUP, 0);
  scanRoots(m, mp, true, scanblock);
  releaseBuffers(m, mp);
}

/** Sweeps every span. The world is stopped. */
function sweepBitmap(m: Mem, mp: MRef): void {
  while (sweepone(m, mp) !== NOTHING_TO_SWEEP) Atomics.add(m, XNPAUSESWEEP, 1);
  if (checksBlocks(m)) checkFreelists(m);
}

function checkFreelists(m: Mem): void {
  for (let index = 0; index < nspan(m); index++) {
    const s = spanAt(m, index);
    if (m[s + Span.at.state] !== SPAN_STATE.inUse) continue;
    for (let p = m[s + Span.at.freelist]; p !== 0; p = m[p]) checkfreed(m, p);
  }
}

function logLookups(m: Mem, record: number): void {
  logCycleField(m, record, 'nsizelookup', loadWide(m, NSIZELOOKUP));
  logCycleField(m, record, 'naddrlookup', loadWide(m, NADDRLOOKUP));
}

export const bitmap: Collector<'bitmap'> = {
  name: 'bitmap',
  help: 'one thread marks and sweeps in the pause, by the bitmap (2011)',
  helpers: false,
  takesPolicy: false,
  gctrace: 'gogctrace',
  tracesLookups: true,
  marksIn: 'bitmap',
  mark: markBitmap,
  sweep: sweepBitmap,
  logCycle: logLookups,
  seesAllocations: checksBlocks,
  blockAllocated: checkallocated,
};
