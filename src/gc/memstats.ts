/**
 * Readers of MemStats by Go's names, from MStats or from a copy of it. MEMSTATS_FIELDS declares the
 * fields. LastGC and PauseEnd are Unix milliseconds, where Go has nanoseconds.
 */
import type { Mem } from '../memory/struct.ts';
import { QUAD_SHIFT, type Ref } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { MEMSTATS_FIELDS, MSTATS, MStats, PAUSES, type MemStatField } from '../malloc/mstats.ts';

const QUAD = 1 << QUAD_SHIFT;

type Fields = typeof MEMSTATS_FIELDS;
type Scalar = 'wide' | 'word' | 'flag' | 'quads' | 'sum';

/** The name of a field that is one number. */
export type MemStat = { [Name in keyof Fields]: Fields[Name]['kind'] extends Scalar ? Name : never }[keyof Fields];

const FIELDS: Readonly<Record<string, MemStatField>> = MEMSTATS_FIELDS;
const SYS_PARTS = Object.values(FIELDS).filter(({ inSys }) => inSys);
const STACKS_INUSE = MStats.at.stacksInuse;

/** The names of all fields that are one number. */
export const MEM_STATS = Object.keys(FIELDS).filter((name) => !['ring', 'classes', 'off'].includes(FIELDS[name].kind)) as MemStat[];

/** Returns the field `name` of the statistics at `stats`; a flag is 0 or 1. No thread may change them meanwhile. */
export function memStat(m: Mem, stats: Ref, name: MemStat): number {
  const { kind, at, stacks = 0 } = FIELDS[name];
  // NextGC is atomic: sweepers of a running machine lower it.
  if (kind === 'quads') return Atomics.load(m, stats + at) * QUAD;
  if (kind === 'word' || kind === 'flag') return Atomics.load(m, stats + at);
  if (kind === 'sum') return sumOfParts(m, stats);
  // A running machine counts stack spans with the heap. A copy has them apart.
  return loadWide(m, stats + at) + (stats === MSTATS ? stacks * loadWide(m, stats + STACKS_INUSE) : 0);
}

function sumOfParts(m: Mem, stats: Ref): number {
  let sum = 0;
  for (const { at } of SYS_PARTS) sum += loadWide(m, stats + at);
  return sum;
}

/** Returns entry `i` of the ring of pauses, ns. The latest is at (NumGC + 255) % 256. */
export function pauseNsAt(m: Mem, stats: Ref, i: number): number {
  return ringAt(m, stats, MStats.at.pauseNs, i);
}

/** Returns entry `i` of the ring whose first word is at offset `at`. */
export function ringAt(m: Mem, stats: Ref, at: number, i: number): number {
  return loadWide(m, stats + at + 2 * (i % PAUSES));
}
