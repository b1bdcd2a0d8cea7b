/**
 * Stop-the-world for Ms without a scheduler. Between two operations each M checks whether it must rest. The
 * M that has stopped the others runs the part of a collection that concerns the heap. Instead of marking
 * from roots it marks the blocks that the Ms hold.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { loadPointer } from '../../../memory/pointer.ts';
import { M, type MRef } from '../../../machine/m.ts';
import { BIT_MARKED, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { spanOf } from '../../../heap/span.ts';
import { FIN, Fin, FinBlock, Finalizer, finalizerAt } from '../../../malloc/finq.ts';
import { blockBase } from '../../../malloc/lookup.ts';
import { MSTATS, MStats } from '../../../malloc/mstats.ts';
import { setGoal } from '../../../malloc/pacing.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../../malloc/sweep.ts';
import { clearpools, flushallmcaches } from '../../../gc/roots.ts';
import { cachestats } from '../../../gc/stats.ts';
import { setUpSweep } from '../../../runtime/gc.ts';
import { futexsleep, futexwakeup } from '../../../sync/os.ts';
import { CELLS, HELD_KIND, SLOTS, Slot, cellAt, slotOf } from './blocks.ts';

const { gcing: GCING } = M.at;
const BSS = CONFIG + Config.at.bss;
const NPROCS = CONFIG + Config.at.nprocs;
/** Words from the bss on: stop count, odd while the world is stopped; resting Ms; ended Ms; bell, raised when an M rests or ends. */
const XSTOP = 0;
const XRESTING = 1;
const XENDED = 2;
const XBELL = 3;
const EVERYBODY = 1 << 20;

/** Sets whether only M 0 runs: while the heap is prepared the others count as ended. */
export function setAlone(m: Mem, isAlone: boolean): void {
  Atomics.store(m, m[BSS] + XENDED, isAlone ? m[NPROCS] - 1 : 0);
}

/** Rests while another M has stopped the world. */
export function safePoint(m: Mem): void {
  const world = m[BSS];
  for (;;) {
    const stop = Atomics.load(m, world + XSTOP);
    if ((stop & 1) === 0) return;
    Atomics.add(m, world + XRESTING, 1);
    ring(m, world);
    while (Atomics.load(m, world + XSTOP) === stop) futexsleep(m, world + XSTOP, stop);
  }
}

/** Ends the M: it has no operations left, and a stop does not wait for it. */
export function endM(m: Mem): void {
  Atomics.add(m, m[BSS] + XENDED, 1);
  ring(m, m[BSS]);
}

function ring(m: Mem, world: Ref): void {
  Atomics.add(m, world + XBELL, 1);
  futexwakeup(m, world + XBELL, 1);
}

/** Collects, as far as the heap is concerned. If another M collects already, that collection serves. */
export function collect(m: Mem, mp: MRef): void {
  const world = m[BSS];
  const stop = Atomics.load(m, world + XSTOP);
  if ((stop & 1) !== 0 || Atomics.compareExchange(m, world + XSTOP, stop, stop + 1) !== stop) {
    safePoint(m);
    return;
  }
  for (;;) {
    const seen = Atomics.load(m, world + XBELL);
    if (Atomics.load(m, world + XRESTING) + Atomics.load(m, world + XENDED) === m[NPROCS] - 1) break;
    futexsleep(m, world + XBELL, seen);
  }
  collectStopped(m, mp);
  Atomics.store(m, world + XRESTING, 0);
  Atomics.store(m, world + XSTOP, stop + 2);
  futexwakeup(m, world + XSTOP, EVERYBODY);
}

/** Runs the steps of gc(), in its order. */
function collectStopped(m: Mem, mp: MRef): void {
  // Set as in gcStart: monitors learn from it that the world is stopped.
  m[mp + GCING] = 1;
  clearpools(m, mp);
  while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
  markHeld(m);
  flushallmcaches(m, mp);
  cachestats(m, mp);
  setGoal(m, m[MSTATS + MStats.at.heapAllocQ]);
  setUpSweep(m);
  m[mp + GCING] = 0;
}

function markHeld(m: Mem): void {
  for (let cell = 0; cell < CELLS; cell++) markAt(m, Atomics.load(m, cellAt(m, cell)));
  for (let index = 0; index < m[NPROCS]; index++) {
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotOf(m, index, slot);
      const kind = m[at + Slot.at.kind];
      if (kind === HELD_KIND.block || kind === HELD_KIND.tiny) markAt(m, m[at + Slot.at.address] >>> 2);
    }
  }
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    for (let i = 0; i < m[block + FinBlock.at.cnt]; i++) markAt(m, loadPointer(m, finalizerAt(block, i) + Finalizer.at.arg));
  }
}

function markAt(m: Mem, ref: Ref): void {
  if (ref === 0) return;
  const p = blockBase(m, spanOf(m, ref), ref);
  m[bitsWord(m, p) + 1] |= BIT_MARKED << markShift(bitsShift(m, p));
}
