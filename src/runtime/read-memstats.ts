/** runtime.ReadMemStats: the figures of one moment, in the middle of a program. */
import type { Mem } from '../memory/struct.ts';
import { addWide, loadWide } from '../memory/wide.ts';
import { G, G_STATUS, WAIT } from '../machine/g.ts';
import { M, type MRef } from '../machine/m.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { updatememstats } from '../gc/stats.ts';
import type { Ref } from '../memory/address.ts';
import { acquireWorld, releaseWorld, starttheworld, stoptheworld } from './world.ts';

const { curg: CURG, locks: LOCKS, gcing: GCING } = M.at;
const { xstatus: XSTATUS, waitreason: WAITREASON } = G.at;

/**
 * Stops the world, recounts the statistics and copies them, laid out as MStats, to the
 * MStats.words words at `into`. A safe point, like a collection.
 */
export function stopAndUpdateMemStats(m: Mem, mp: MRef, into: Ref): void {
  acquireWorld(m, mp);
  const gp = m[mp + CURG];
  m[mp + GCING] = 1;
  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);
  updatememstats(m, mp);
  // Before anyone runs again and changes them.
  m.copyWithin(into, MSTATS, MSTATS + MStats.words);
  separateStacks(m, into);
  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + LOCKS]++;
  releaseWorld(m);
  starttheworld(m, mp);
  m[mp + LOCKS]--;
}

/** Stacks are part of the heap's numbers; for who reads them they are apart. */
function separateStacks(m: Mem, stats: Ref): void {
  const stacks = loadWide(m, stats + MStats.at.stacksInuse);
  addWide(m, stats + MStats.at.stacksSys, stacks);
  addWide(m, stats + MStats.at.heapInuse, -stacks);
  addWide(m, stats + MStats.at.heapSys, -stacks);
}
