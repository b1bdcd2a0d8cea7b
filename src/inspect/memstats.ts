/** Go's MemStats of a stopped machine. MEMSTATS_FIELDS declares the fields. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { classToSize } from '../heap/size-classes.ts';
import { MEMSTATS_FIELDS, MSTATS, MStats, PAUSES, type MemStatField, type MemStatKind } from '../malloc/mstats.ts';
import { memStat, ringAt, type MemStat } from '../gc/memstats.ts';

/** Go's MemStats.BySize has 61 entries and omits the larger classes. */
const BY_SIZE = 61;

export interface BySize {
  readonly Size: number;
  readonly Mallocs: number;
  readonly Frees: number;
}

type Values = Readonly<Record<Exclude<MemStatKind, 'flag' | 'off' | 'ring' | 'classes'>, number>> & {
  readonly flag: boolean;
  readonly off: boolean;
  readonly ring: readonly number[];
  readonly classes: readonly BySize[];
};
type Fields = typeof MEMSTATS_FIELDS;

/** Bytes, counts and ns. LastGC and PauseEnd are Unix ms. */
export type MemStats = { readonly [Name in keyof Fields]: Values[Fields[Name]['kind']] };

/** Returns the figures as the last updatememstats left them, or those of a copy at `stats`. */
export function readMemStats(m: Mem, stats: Ref = MSTATS): MemStats {
  return Object.fromEntries(Object.entries(MEMSTATS_FIELDS).map(([name, field]) => [name, readField(m, stats, name, field)])) as MemStats;
}

function readField(m: Mem, stats: Ref, name: string, { kind, at }: MemStatField): Values[MemStatKind] {
  switch (kind) {
    case 'off': return false;
    case 'ring': return Array.from({ length: PAUSES }, (_, i) => ringAt(m, stats, at, i));
    case 'classes': return readClasses(m, stats);
    case 'flag': return memStat(m, stats, name as MemStat) !== 0;
    default: return memStat(m, stats, name as MemStat);
  }
}

function readClasses(m: Mem, stats: Ref): BySize[] {
  return Array.from({ length: BY_SIZE }, (_, c) => ({
    Size: classToSize[c],
    Mallocs: loadWide(m, stats + MStats.at.bySizeNmalloc + 2 * c),
    Frees: loadWide(m, stats + MStats.at.nsmallfree + 2 * c),
  }));
}
