/** MemStats with Go's field names, read from a machine that stands still. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { classToSize } from '../heap/size-classes.ts';
import { MSTATS, MStats, PAUSES } from '../malloc/mstats.ts';
import { memStat, pauseEndAt, pauseNsAt, type MemStat } from '../gc/memstats.ts';

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
  /** Go's rings of the last 256: the latest is at (NumGC + 255) % 256. Ends in Unix ms. */
  readonly PauseNs: readonly number[];
  readonly PauseEnd: readonly number[];
  readonly NumGC: number;
  readonly EnableGC: boolean;
  readonly DebugGC: boolean;
  readonly BySize: readonly BySize[];
}

/** The figures as the last updatememstats left them, or a copy of them at `stats`. */
export function readMemStats(m: Mem, stats: Ref = MSTATS): MemStats {
  const of = (name: MemStat) => memStat(m, stats, name);
  return {
    Alloc: of('Alloc'),
    TotalAlloc: of('TotalAlloc'),
    Sys: of('Sys'),
    Lookups: of('Lookups'),
    Mallocs: of('Mallocs'),
    Frees: of('Frees'),
    HeapAlloc: of('HeapAlloc'),
    HeapSys: of('HeapSys'),
    HeapIdle: of('HeapIdle'),
    HeapInuse: of('HeapInuse'),
    HeapReleased: of('HeapReleased'),
    HeapObjects: of('HeapObjects'),
    StackInuse: of('StackInuse'),
    StackSys: of('StackSys'),
    MSpanInuse: of('MSpanInuse'),
    MSpanSys: of('MSpanSys'),
    MCacheInuse: of('MCacheInuse'),
    MCacheSys: of('MCacheSys'),
    BuckHashSys: of('BuckHashSys'),
    GCSys: of('GCSys'),
    OtherSys: of('OtherSys'),
    NextGC: of('NextGC'),
    LastGC: of('LastGC'),
    PauseTotalNs: of('PauseTotalNs'),
    PauseNs: Array.from({ length: PAUSES }, (_, i) => pauseNsAt(m, stats, i)),
    PauseEnd: Array.from({ length: PAUSES }, (_, i) => pauseEndAt(m, stats, i)),
    NumGC: of('NumGC'),
    EnableGC: of('EnableGC') !== 0,
    // Go has kept the field, and no way to set it.
    DebugGC: false,
    BySize: Array.from({ length: BY_SIZE }, (_, c) => ({
      Size: classToSize[c],
      Mallocs: loadWide(m, stats + MStats.at.bySizeNmalloc + 2 * c),
      Frees: loadWide(m, stats + MStats.at.nsmallfree + 2 * c),
    })),
  };
}
