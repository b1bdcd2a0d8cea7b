/**
 * A sequence of allocations whose exact statistics in real Go runtimes are known. It allocates blocks
 * of random sizes, about half of them pointer-free, then drops three in four. The figures are exact
 * only on one P, since each P allocates from its own spans.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { xorshift32 } from '../base/random.ts';
import type { GRef } from '../machine/g.ts';
import type { MRef } from '../machine/m.ts';
import { classToSize } from '../heap/size-classes.ts';
import { unsafePointer } from '../heap/type-decl.ts';
import { typeTable } from '../heap/type-table.ts';
import { FLAG_NOSCAN } from '../malloc/flags.ts';
import { MStats } from '../malloc/mstats.ts';
import { GOEXIT, type Step } from '../runtime/goroutine.ts';
import { collect, getInt, getSlot, getSlotAddress, globalAt, newObject, setInt, storeWord } from '../runtime/mutator.ts';
import { newValues } from '../runtime/values.ts';
import { setgcpercent } from '../runtime/gc-percent.ts';
import { readMemStats } from '../runtime/read-memstats.ts';
import { storeAddress } from './bytes.ts';
import { SLACK_BYTES, spanBytes } from './footprint.ts';
import type { Needs, Params, Workload } from './workload.ts';

const BATCH = 200;

const PC = { begin: 0, allocate: 1, drop: 2 } as const;

/** Ints: state of the generator, number of objects, largest size, objects allocated so far. */
const DRAW = 0;
const COUNT = 1;
const MAX = 2;
const DONE = 3;

/** Slots: the slice of all objects and the newest object. */
const KEPT = 0;
const FRESH = 1;

/** The globals hold three copies of the statistics: before, with all objects, and after the drop. */
const BEFORE = 0;
const ALL = 1;
const DROPPED = 2;

/** Entries of Go's MemStats.BySize. It omits larger classes. */
const BY_SIZE = 61;

/** Number of the only type: an element of the slice. */
const POINTER = 0;

function snapshotAt(m: Mem, moment: number): Ref {
  return globalAt(m, 0) + moment * MStats.words;
}

/** Allocates the slice, and collects so that nothing is left to sweep before the first copy. */
function begin(m: Mem, mp: MRef, gp: GRef): number {
  setgcpercent(m, mp, -1);
  newValues(m, mp, gp, KEPT, POINTER, getInt(m, gp, COUNT));
  collectTwice(m, mp);
  readMemStats(m, mp, snapshotAt(m, BEFORE));
  return PC.allocate;
}

function collectTwice(m: Mem, mp: MRef): void {
  collect(m, mp, true);
  collect(m, mp, true);
}

function allocate(m: Mem, mp: MRef, gp: GRef): number {
  const kept = getSlot(m, gp, KEPT);
  const count = getInt(m, gp, COUNT);
  const max = getInt(m, gp, MAX);
  const from = getInt(m, gp, DONE);
  const to = Math.min(count, from + BATCH);
  let draw = getInt(m, gp, DRAW);
  for (let i = from; i < to; i++) {
    const kind = xorshift32(draw);
    draw = xorshift32(kind);
    const size = (draw % max) + 1;
    if (kind % 2 === 0) newObject(m, mp, gp, FRESH, size, FLAG_NOSCAN);
    else newValues(m, mp, gp, FRESH, POINTER, Math.ceil(size / 8));
    // A tiny object may begin inside a block that it shares.
    storeAddress(m, kept, i, getSlotAddress(m, gp, FRESH));
  }
  setInt(m, gp, DRAW, draw);
  setInt(m, gp, DONE, to);
  if (to < count) return PC.allocate;
  setInt(m, gp, DONE, 0);
  readMemStats(m, mp, snapshotAt(m, ALL));
  return PC.drop;
}

function drop(m: Mem, mp: MRef, gp: GRef): number {
  const kept = getSlot(m, gp, KEPT);
  let draw = getInt(m, gp, DRAW);
  for (let i = 0; i < getInt(m, gp, COUNT); i++) {
    draw = xorshift32(draw);
    if ((draw & 3) !== 0) storeWord(m, kept, i, 0);
  }
  collectTwice(m, mp);
  readMemStats(m, mp, snapshotAt(m, DROPPED));
  return GOEXIT;
}

const STEPS: readonly Step[] = [begin, allocate, drop];

function needs(params: Params): Needs {
  const average = params.max * 0.6 + (params.max > 32768 ? 8192 : 16);
  return {
    arenaBytes: params.count * average + spanBytes(8 * params.count, 1) + 2 * params.max + 2 * SLACK_BYTES,
    globals: 3 * MStats.words,
    goroutines: 1,
  };
}

function args(params: Params): readonly number[] {
  return [params.seed, params.count, params.max];
}

/** Returns the output of `go run ./bench/peers sequence`. */
function report(m: Mem, params: Params): readonly string[] {
  return [
    `# sweepgen seed n max = ${params.seed} ${params.count} ${params.max}`,
    totals(m, 'all', ALL),
    bySize(m, 'all', ALL),
    totals(m, 'dropped', DROPPED),
    bySize(m, 'dropped', DROPPED),
  ];
}

/** Returns the change of a two-word statistic since BEFORE. */
function change(m: Mem, moment: number, field: number): number {
  return loadWide(m, snapshotAt(m, moment) + field) - loadWide(m, snapshotAt(m, BEFORE) + field);
}

function totals(m: Mem, name: string, moment: number): string {
  const heapAllocQ = MStats.at.heapAllocQ;
  const alloc = (m[snapshotAt(m, moment) + heapAllocQ] - m[snapshotAt(m, BEFORE) + heapAllocQ]) * 8;
  return (
    `${name} mallocs=${change(m, moment, MStats.at.nmalloc)} frees=${change(m, moment, MStats.at.nfree)} ` +
    `alloc=${alloc} total_alloc=${change(m, moment, MStats.at.totalAlloc)} ` +
    `heap_inuse=${change(m, moment, MStats.at.heapInuse)}`
  );
}

function bySize(m: Mem, name: string, moment: number): string {
  let line = `${name} by_size`;
  for (let c = 1; c < BY_SIZE; c++) {
    const mallocs = change(m, moment, MStats.at.bySizeNmalloc + 2 * c);
    const frees = change(m, moment, MStats.at.nsmallfree + 2 * c);
    if (mallocs !== 0 || frees !== 0) line += ` ${classToSize[c]}:${mallocs}:${frees}`;
  }
  return line;
}

export const sequence: Workload = {
  name: 'sequence',
  summary: 'the allocations whose exact statistics are known of Go 1.3 and 1.4; use one P',
  params: {
    seed: { default: 12345, min: 1, max: 2 ** 32 - 1, help: 'state of the generator to begin with' },
    count: { default: 20_000, min: 1, max: 100_000_000, help: 'objects' },
    max: { default: 2048, min: 1, max: 1 << 20, help: 'bytes of the largest' },
  },
  needs,
  types: typeTable(unsafePointer),
  steps: STEPS,
  main: { pc: PC.begin, slots: 2 },
  args,
  report,
};
