/** From what a user asks for to the shape of a machine. */
import { availableParallelism } from 'node:os';
import { UsageError } from '../base/fatal.ts';
import type { MachineShape } from '../memory/map.ts';
import { COLLECTOR, DEBUG, TYPES } from '../memory/config.ts';
import { PAGE_BYTES } from '../memory/address.ts';
import { typeTableWords, type TypeTable } from '../heap/type-table.ts';
import { PARFOR_MAX_ITERATIONS } from '../sync/parfor.ts';
import { POLICY } from '../gc/policy.ts';
import { PTRBUF_CAP } from '../gc/scanbuf.ts';
import { WORKBUF_CAP } from '../gc/work.ts';
import type { Needs } from '../workloads/workload.ts';

export const MAX_PROCS = 64;
export const MIN_ARENA = 64 << 10;
/** Goroutines of the machine's own: background sweeper and finalizer goroutine. */
const SYSTEM_GS = 2;

/** With MTypes the heap also holds, for each span, 64 bytes and one for each of its blocks. */
const MTYPES_SHARE = 1.15;

/** What of RuntimeOptions decides the shape. */
export interface ShapeOptions {
  readonly procs?: number;
  readonly arena?: number;
  readonly seed?: number;
  readonly verify?: boolean;
  readonly policy?: keyof typeof POLICY;
  readonly gcEvery?: number;
  readonly types?: keyof typeof TYPES;
  readonly collector?: keyof typeof COLLECTOR;
  readonly debug?: readonly (keyof typeof DEBUG)[];
  readonly memprofileRate?: number;
}

/** Words of a record of one sampled block, whichever kind it is. */
const SAMPLE_WORDS = 8;
/** For the profiler's hash table and some thousand buckets; a program may ask for a profile at any time. */
const BUCKET_WORDS = 1 << 18;
/** Of the least block that has a special. */
const LEAST_BYTES = 16;

/** Room for the memory profiler: as many samples as the arena may hold at once, and half as many again. */
function profileWords(arenaPages: number, rate: number): number {
  if (rate === 0) return BUCKET_WORDS;
  const samples = (arenaPages * PAGE_BYTES) / Math.max(LEAST_BYTES, rate);
  return 2 * BUCKET_WORDS + Math.min(1 << 27, Math.ceil(1.5 * samples * SAMPLE_WORDS));
}

/**
 * The machine of Go's own sizes for `needs`.
 * @param types what the workload declares
 * @throws UsageError for thread counts and arenas that can't be had
 */
export function shapeFor(options: ShapeOptions, needs: Needs, types?: TypeTable): MachineShape {
  if (options.policy === 'tuned' && (options.types ?? 'none') !== 'none') {
    throw new UsageError(`--policy tuned knows no types; leave it away, or --types ${options.types}`);
  }
  const procs = options.procs ?? Math.min(MAX_PROCS, availableParallelism());
  if (!Number.isInteger(procs) || procs < 1 || procs > MAX_PROCS) {
    throw new UsageError(`the number of Ps must be 1 to ${MAX_PROCS}, not ${procs}`);
  }
  const arena = options.arena ?? needs.arenaBytes * (options.types === 'mtypes' ? MTYPES_SHARE : 1);
  if (!(arena >= MIN_ARENA)) {
    throw new UsageError(`an arena of ${arena} bytes is too small; the least is --arena ${MIN_ARENA / 1024}K`);
  }
  if (needs.goroutines + SYSTEM_GS > PARFOR_MAX_ITERATIONS - 16) {
    throw new UsageError(`${needs.goroutines} goroutines are too many; the most is ${PARFOR_MAX_ITERATIONS - 16 - SYSTEM_GS}`);
  }
  checkCollector(options);
  const arenaPages = Math.ceil(arena / PAGE_BYTES);
  return {
    ptrWords: 2,
    procs,
    arenaPages,
    maxGs: needs.goroutines + SYSTEM_GS + 2,
    stackWords: (needs.stackWords ?? 512) * 2,
    dataWords: 64 + (needs.dataPointers ?? 0) * 2,
    bssWords: Math.max(64, needs.globals * 2),
    // Specials and blocks of queued finalizers: at most one of each for every 64 bytes of heap.
    persistentWords: Math.min(1 << 26, (1 << 18) + (arenaPages * PAGE_BYTES) / 16) + profileWords(arenaPages, options.memprofileRate ?? 0),
    cycleLogCap: 256,
    // Every object of 16 bytes could be waiting to be scanned at once.
    maxWorkbufs: Math.min(32768, 64 + Math.ceil((arenaPages * 3) / 8)),
    workbufCap: WORKBUF_CAP,
    ptrBufCap: PTRBUF_CAP,
    handoffThreshold: 4,
    chunkPages: 128,
    abaBits: 16,
    verify: options.verify ?? false,
    gctrace: true,
    timeslice: 16,
    policy: POLICY[options.policy ?? 'go1.3'],
    gcEvery: options.gcEvery ?? 0,
    typeWords: typeTableWords(types, 2),
    types: TYPES[options.types ?? 'none'],
    collector: COLLECTOR[options.collector ?? 'parallel'],
    debug: (options.debug ?? []).reduce((bits, flag) => bits | DEBUG[flag], 0),
    memprofileRate: options.memprofileRate ?? 0,
    seed: options.seed ?? 1,
    arenaFrom: needs.arenaFrom,
  };
}

/** The older collectors have a mark loop of their own, and know nothing of types. */
function checkCollector({ collector, policy, types }: ShapeOptions): void {
  if (collector === undefined || collector === 'parallel') return;
  if (policy !== undefined && policy !== 'go1.3') {
    throw new UsageError(`the collector ${collector} has a mark loop of its own; leave --policy ${policy} out`);
  }
  if (types !== undefined && types !== 'none') {
    throw new UsageError(`the collector ${collector} takes any word for a pointer; leave --types ${types} out`);
  }
}
