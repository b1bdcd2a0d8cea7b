/** MemStats with Go's field names, read from a machine that stands still. */
import type { Mem } from '../memory/struct.ts';
import { loadWide } from '../memory/wide.ts';
import { classToSize } from '../heap/size-classes.ts';
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';

/** Go's MemStats.BySize has 61 entries, so larger classes don't show. */
const BY_SIZE = 61;

export interface BySize {
  readonly Size: number;
  readonly Mallocs: number;
  readonly Frees: number;
}

export interface MemStats {
  readonly Alloc: number;
  readonly TotalAlloc: number;
  readonly Sys: number;
  readonly Lookups: number;
  readonly Mallocs: number;
  readonly Frees: number;
  readonly HeapAlloc: number;
  readonly HeapSys: number;
  readonly HeapIdle: number;
  readonly HeapInuse: number;
  readonly HeapReleased: number;
  readonly HeapObjects: number;
  readonly StackInuse: number;
  readonly StackSys: number;
  readonly MSpanInuse: number;
  readonly MSpanSys: number;
  readonly MCacheInuse: number;
  readonly MCacheSys: number;
  readonly BuckHashSys: number;
  readonly GCSys: number;
  readonly OtherSys: number;
  readonly NextGC: number;
  readonly LastGC: number;
  readonly PauseTotalNs: number;
  readonly PauseNs: readonly number[];
  readonly NumGC: number;
  readonly EnableGC: boolean;
  readonly BySize: readonly BySize[];
}

/** The figures as the last updatememstats left them. */
export function readMemStats(m: Mem): MemStats {
  const wide = (field: keyof typeof MStats.at) => loadWide(m, MSTATS + MStats.at[field]);
  const alloc = m[MSTATS + MStats.at.heapAllocQ] * 8;
  const sys = ['heapSys', 'mspanSys', 'mcacheSys', 'buckhashSys', 'gcSys', 'otherSys', 'stacksSys'] as const;
  return {
    Alloc: alloc,
    TotalAlloc: wide('totalAlloc'),
    Sys: sys.reduce((sum, field) => sum + wide(field), 0),
    Lookups: wide('nlookup'),
    Mallocs: wide('nmalloc'),
    Frees: wide('nfree'),
    HeapAlloc: alloc,
    // Stacks are part of the heap's own figures.
    HeapSys: wide('heapSys') - wide('stacksInuse'),
    HeapIdle: wide('heapIdle'),
    HeapInuse: wide('heapInuse') - wide('stacksInuse'),
    HeapReleased: wide('heapReleased'),
    HeapObjects: wide('heapObjects'),
    StackInuse: wide('stacksInuse'),
    StackSys: wide('stacksSys') + wide('stacksInuse'),
    MSpanInuse: wide('mspanInuse'),
    MSpanSys: wide('mspanSys'),
    MCacheInuse: wide('mcacheInuse'),
    MCacheSys: wide('mcacheSys'),
    BuckHashSys: wide('buckhashSys'),
    GCSys: wide('gcSys'),
    OtherSys: wide('otherSys'),
    NextGC: Atomics.load(m, MSTATS + MStats.at.xnextGcQ) * 8,
    LastGC: wide('lastGc'),
    PauseTotalNs: wide('pauseTotalNs'),
    PauseNs: recentPauses(m),
    NumGC: m[MSTATS + MStats.at.numgc],
    EnableGC: m[MSTATS + MStats.at.enablegc] !== 0,
    BySize: Array.from({ length: BY_SIZE }, (_, c) => ({
      Size: classToSize[c],
      Mallocs: loadWide(m, MSTATS + MStats.at.bySizeNmalloc + 2 * c),
      Frees: loadWide(m, MSTATS + MStats.at.nsmallfree + 2 * c),
    })),
  };
}

/** The last pauses, the latest first. */
function recentPauses(m: Mem): number[] {
  const numgc = m[MSTATS + MStats.at.numgc];
  return Array.from({ length: Math.min(numgc, PAUSES) }, (_, i) =>
    loadWide(m, MSTATS + MStats.at.pauseNs + 2 * ((numgc - 1 - i) % PAUSES)),
  );
}
