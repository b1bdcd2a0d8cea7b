/**
 * runtime.MemStats by Go's names, read from MStats or from a copy of it. Bytes, counts and
 * nanoseconds; LastGC and PauseEnd are Unix milliseconds, where Go has nanoseconds.
 */
import type { Mem } from '../memory/struct.ts';
import { QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';

const QUAD = 1 << QUAD_SHIFT;
const at = MStats.at;

/** Parts that Sys is the sum of. */
const SYS_PARTS = {
  HeapSys: at.heapSys, StackSys: at.stacksSys, MSpanSys: at.mspanSys, MCacheSys: at.mcacheSys, BuckHashSys: at.buckhashSys,
  GCSys: at.gcSys, OtherSys: at.otherSys,
} as const;

/** Figures of two words. */
const WIDE = {
  ...SYS_PARTS,
  TotalAlloc: at.totalAlloc, Lookups: at.nlookup, Mallocs: at.nmalloc, Frees: at.nfree,
  HeapIdle: at.heapIdle, HeapInuse: at.heapInuse, HeapReleased: at.heapReleased, HeapObjects: at.heapObjects,
  StackInuse: at.stacksInuse, MSpanInuse: at.mspanInuse, MCacheInuse: at.mcacheInuse,
  LastGC: at.lastGc, PauseTotalNs: at.pauseTotalNs,
} as const;

/** Figures of one word, and what a unit of each is. */
const NARROW = {
  Alloc: [at.heapAllocQ, QUAD], HeapAlloc: [at.heapAllocQ, QUAD], NextGC: [at.xnextGcQ, QUAD],
  NumGC: [at.numgc, 1], EnableGC: [at.enablegc, 1],
} as const;

export type MemStat = keyof typeof WIDE | keyof typeof NARROW | 'Sys';

/** The names of all figures. */
export const MEM_STATS: readonly MemStat[] = [...Object.keys(WIDE), ...Object.keys(NARROW), 'Sys'] as MemStat[];

/** The figure `name` of the statistics at `stats`, which nobody changes meanwhile. */
export function memStat(m: Mem, stats: Ref, name: MemStat): number {
  if (name === 'Sys') return sumOfParts(m, stats);
  if (name in NARROW) {
    const [field, unit] = NARROW[name as keyof typeof NARROW];
    // The goal is a word of the sweepers', in the original.
    return Atomics.load(m, stats + field) * unit;
  }
  return loadWide(m, stats + WIDE[name as keyof typeof WIDE]) + stacksApart(m, stats, name);
}

/** While the machine runs its stacks are part of the heap's figures; in a copy they are apart already. */
function stacksApart(m: Mem, stats: Ref, name: MemStat): number {
  if (stats !== MSTATS) return 0;
  if (name === 'StackSys') return loadWide(m, stats + at.stacksInuse);
  return name === 'HeapSys' || name === 'HeapInuse' ? -loadWide(m, stats + at.stacksInuse) : 0;
}

function sumOfParts(m: Mem, stats: Ref): number {
  let sum = 0;
  for (const field of Object.values(SYS_PARTS)) sum += loadWide(m, stats + field);
  return sum;
}

/** Entry `i` of Go's ring of pauses, ns: the latest is at (NumGC + 255) % 256. */
export function pauseNsAt(m: Mem, stats: Ref, i: number): number {
  return loadWide(m, stats + at.pauseNs + 2 * (i % PAUSES));
}

/** Entry `i` of the ring of when they ended, Unix ms. */
export function pauseEndAt(m: Mem, stats: Ref, i: number): number {
  return loadWide(m, stats + at.pauseEnd + 2 * (i % PAUSES));
}
