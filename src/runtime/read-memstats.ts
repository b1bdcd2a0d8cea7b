/** A consistent snapshot of the statistics for a running program: runtime.ReadMemStats and debug.readGCStats. */
import type { Mem } from '../memory/struct.ts';
import { addWide, loadWide, storeWide } from '../memory/wide.ts';
import type { Ref } from '../memory/address.ts';
import { UsageError } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { MHEAP_LOCK } from '../malloc/mheap.ts';
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';
import { pauseNsAt } from '../gc/memstats.ts';
import { updatememstats } from '../gc/stats.ts';
import { acquireWorld, releaseWorld, starttheworld, stoptheworld } from './world.ts';

const { curg: CURG, locks: LOCKS, gcing: GCING } = M.at;
const { xstatus: XSTATUS, waitreason: WAITREASON } = G.at;
const NUMGC = MSTATS + MStats.at.numgc;

/** Bytes that readMemStats writes. */
export const MEMSTATS_BYTES = MStats.words * 4;

/**
 * Stops the world, recounts the statistics and copies them to the MEMSTATS_BYTES bytes at
 * `into`, where memStat reads them. A safe point.
 */
export function readMemStats(m: Mem, mp: MRef, into: Ref): void {
  acquireWorld(m, mp);
  const gp = m[mp + CURG];
  m[mp + GCING] = 1;
  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);
  updatememstats(m, mp);
  // Copy before the world starts and changes them.
  m.copyWithin(into, MSTATS, MSTATS + MStats.words);
  separateStacks(m, into);
  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + LOCKS]++;
  releaseWorld(m);
  starttheworld(m, mp);
  m[mp + LOCKS]--;
}

/** Separates the stacks from the heap in a copy of MStats: internally stacks are part of the heap. */
function separateStacks(m: Mem, stats: Ref): void {
  const stacks = loadWide(m, stats + MStats.at.stacksInuse);
  addWide(m, stats + MStats.at.stacksSys, stacks);
  addWide(m, stats + MStats.at.heapInuse, -stacks);
  addWide(m, stats + MStats.at.heapSys, -stacks);
}

/** The most numbers that readGCStats writes. */
export const GCSTATS_CAP = PAUSES + 3;

/**
 * Writes, as wide numbers from `dst` on: the last pauses (ns, latest first), the end of the last
 * collection (Unix ms), the number of collections, the total pause (ns).
 * @param cap the numbers that `dst` has room for
 * @returns how many numbers it wrote
 * @throws UsageError if `cap` is less than GCSTATS_CAP
 */
export function readGCStats(m: Mem, mp: MRef, dst: Ref, cap: number): number {
  if (cap < GCSTATS_CAP) throw new UsageError(`short slice passed to readGCStats: it needs room for ${GCSTATS_CAP} numbers, not ${cap}`);
  lock(m, mp, MHEAP_LOCK);
  const numgc = m[NUMGC];
  const n = Math.min(numgc, PAUSES);
  for (let i = 0; i < n; i++) storeWide(m, dst + 2 * i, pauseNsAt(m, MSTATS, numgc - 1 - i));
  storeWide(m, dst + 2 * n, loadWide(m, MSTATS + MStats.at.lastGc));
  storeWide(m, dst + 2 * n + 2, numgc);
  storeWide(m, dst + 2 * n + 4, loadWide(m, MSTATS + MStats.at.pauseTotalNs));
  unlock(m, mp, MHEAP_LOCK);
  return n + 3;
}
