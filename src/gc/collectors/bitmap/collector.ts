/**
 * The collector of 2011: one thread, the bitmap, the whole heap swept before the world goes
 * on. What was its own is the mark; the sweep of a span is the shared one.
 *
 * Where the shared heap departs from that of 2011:
 * - bitSpecial has no use: a span has a list of its specials. markfin walks those lists
 *   in place of the table of finalizers.
 * - FlagNoPointers is the scan bit, inverted. FlagNoGC is an allocated bit that is clear
 *   while the scan bit is set (markNoGC). FlagNoProfiling is FLAG_NOPROFILING.
 * - stealcache comes first: the sweep gives blocks to the MCentrals, not to the MCache of who
 *   sweeps, and will not touch a span that is still cached. It is the job flushallmcaches of
 *   the roots. cachestats runs where it did.
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

/** Marks what the roots lead to: data, bss, stacks (scanstack), and the specials (markfin). */
function markBitmap(m: Mem, mp: MRef): void {
  storeWide(m, NSIZELOOKUP, 0);
  storeWide(m, NADDRLOOKUP, 0);
  scanRoots(m, mp, true, scanblock);
  releaseBuffers(m, mp);
}

/** Sweeps every span; the world is stopped. */
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
