/**
 * The roots. The mark's parallel for (sync/parfor.ts) has one iteration for each of:
 *
 *   1. the initialized data,
 *   2. the globals (bss),
 *   3. queued finalizers, which keep their objects until they have run,
 *   4. what spans know of their blocks: type data, and objects with a finalizer, from which
 *      everything but the object itself is reachable,
 *   5. no root: the flush of all MCaches, which must be done before the sweep,
 *   6. and later: the stack of each goroutine.
 *
 * An M that takes an iteration gathers its pieces of memory into a workbuf and scans them and
 * what only it finds from there. A collector that marks alone scans all of them with scanRoots.
 * Source: markroot and addstackroots of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, TYPES } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import { lowOf } from '../memory/pointer.ts';
import { nanotime } from '../base/clock.ts';
import { fatal } from '../base/fatal.ts';
import { WITHIN } from '../sync/event-kinds.ts';
import { records, within, withinMerged } from '../sync/events.ts';
import { G, G_STATUS, gAt } from '../machine/g.ts';
import { GCStats, M, PHASE, type MRef } from '../machine/m.ts';
import { allglen } from '../machine/sched.ts';
import { pAt } from '../machine/p.ts';
import { isScan } from '../heap/bitmap.ts';
import { hooksOf } from '../heap/collector-hooks.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { SPAN_STATE, Span, spanAt } from '../heap/span.ts';
import { MTYPES, SCAN_ALL } from '../heap/type.ts';
import { FIN, Fin, FinBlock, Finalizer } from '../malloc/finq.ts';
import { mcacheOf } from '../malloc/mcache-record.ts';
import { dropTiny, releaseAll, releaseFreed } from '../malloc/mcache.ts';
import { SWEEPGEN, nspan } from '../malloc/mheap.ts';
import { stackcacheClear } from '../malloc/stack.ts';
import { addWide, storeWide, loadWide } from '../memory/wide.ts';
import { markonly } from './mark.ts';
import { scan } from './policy.ts';
import { scanbufOf } from './scanbuf.ts';
import { WORK, Work, enqueueRoot, getempty, getfull, objAt, workbufStruct, type WorkbufRef } from './work.ts';

export const ROOT_DATA = 0;
export const ROOT_BSS = 1;
const ROOT_FINALIZERS = 2;
const ROOT_SPAN_TYPES = 3;
export const ROOT_FLUSH_CACHES = 4;
/** Number of the first goroutine's stack. */
export const ROOT_COUNT = 5;
/** Names of the roots by their number; the stacks follow. */
export const ROOTS: readonly string[] = ['data', 'bss', 'finalizers', 'span types', 'flush of the MCaches'];

const DATA = CONFIG + Config.at.data;
const BSS = CONFIG + Config.at.bss;
const CYCLE_LOG = CONFIG + Config.at.cycleLog;
const TYPES_OF = CONFIG + Config.at.types;
const GATHER_NS = M.at.gcstats + GCStats.at.gatherNs;
const NPROCS = CONFIG + Config.at.nprocs;
const { nobj: NOBJ } = workbufStruct(1).at;
const { start: START, state: STATE, elemsize: ELEMSIZE, xsweepgen: XSWEEPGEN, specials: SPECIALS } = Span.at;
const { compression: COMPRESSION, typedata: TYPEDATA } = Span.at;
const { next: NEXT, offset: OFFSET, kind: KIND } = Special.at;
const { xstatus: XSTATUS, stack: STACK, sp: SP, waitsince: WAITSINCE } = G.at;

/** Returns the number of iterations of the mark's parallel for. */
export function rootCount(m: Mem): number {
  return ROOT_COUNT + allglen(m);
}

/** Marks from root `i`, and what this M finds from there. */
export function markroot(m: Mem, mp: MRef, i: number): void {
  m[mp + M.at.heartbeat]++;
  const { skipsRoot } = hooksOf(m);
  if (skipsRoot !== undefined && skipsRoot(m, i)) return;
  m[mp + M.at.phase] = PHASE.markRoots;
  const started = nanotime();
  const wbuf = gatherRoot(m, mp, i, getempty(m, mp, 0));
  addWide(m, mp + GATHER_NS, nanotime() - started);
  scan(m, mp, wbuf, false);
  if (records(m)) withinMerged(m, mp, WITHIN.root, i, 1, started, nanotime());
}

/**
 * Scans all roots, for a collector that marks alone.
 * @param withSpecials whether objects with finalizers are roots
 * @param scanRoot scans `words` 32-bit words at `p`, and may scan what they lead to
 */
export function scanRoots(m: Mem, mp: MRef, withSpecials: boolean, scanRoot: ScanRoot): void {
  let roots = gatherRoots(m, mp, withSpecials);
  while (roots !== 0) {
    for (let i = 0; i < m[roots + NOBJ]; i++) {
      scanRoot(m, mp, m[objAt(roots, i)], m[objAt(roots, i) + 1]);
      m[mp + M.at.heartbeat]++;
    }
    roots = getfull(m, mp, roots);
  }
}

export type ScanRoot = (m: Mem, mp: MRef, p: Ref, words: number) => void;

/** Returns a workbuf of the roots; those that don't fit into it are in full ones. */
function gatherRoots(m: Mem, mp: MRef, withSpecials: boolean): WorkbufRef {
  let wbuf = getempty(m, mp, 0);
  for (let i = 0; i < rootCount(m); i++) {
    if (i !== ROOT_SPAN_TYPES || withSpecials) wbuf = gatherRoot(m, mp, i, wbuf);
  }
  return wbuf;
}

/** Adds the pieces of memory of root `i` to `wbuf`. Returns the workbuf to go on with. */
export function gatherRoot(m: Mem, mp: MRef, i: number, wbuf: WorkbufRef): WorkbufRef {
  switch (i) {
    case ROOT_DATA:
      return enqueueRoot(m, mp, wbuf, m[DATA], m[BSS] - m[DATA], SCAN_ALL);
    case ROOT_BSS:
      return mprofMark(enqueueRoot(m, mp, wbuf, m[BSS], m[CYCLE_LOG] - m[BSS], SCAN_ALL));
    case ROOT_FINALIZERS:
      return gatherFinalizers(m, mp, wbuf);
    case ROOT_SPAN_TYPES:
      return gatherSpanTypes(m, mp, wbuf);
    case ROOT_FLUSH_CACHES:
      flushallmcaches(m, mp);
      return wbuf;
    default:
      return gatherStack(m, mp, i - ROOT_COUNT, wbuf);
  }
}

/**
 * Gathers the profiler's roots, of which there are none (Go's MProf_Mark). Buckets lie outside the
 * heap. They name their blocks by offset or address, neither of which keeps a block alive.
 */
function mprofMark(wbuf: WorkbufRef): WorkbufRef {
  return wbuf;
}

/** Gathers the queued finalizers. */
function gatherFinalizers(m: Mem, mp: MRef, wbuf: WorkbufRef): WorkbufRef {
  let b = wbuf;
  for (let block = m[FIN + Fin.at.allfin]; block !== 0; block = m[block + FinBlock.at.alllink]) {
    b = enqueueRoot(m, mp, b, block + FinBlock.at.fin, m[block + FinBlock.at.cnt] * Finalizer.words, SCAN_ALL);
  }
  return b;
}

/** Gathers what spans know of their blocks. An object with a finalizer keeps what it points at alive, but not itself. */
function gatherSpanTypes(m: Mem, mp: MRef, wbuf: WorkbufRef): WorkbufRef {
  let b = wbuf;
  const sg = m[SWEEPGEN];
  const n = nspan(m);
  for (let index = 0; index < n; index++) {
    const s = spanAt(m, index);
    if (m[s + STATE] !== SPAN_STATE.inUse) continue;
    if (Atomics.load(m, s + XSWEEPGEN) !== sg) fatal('GC_OF_UNSWEPT_SPAN', { span: s, sweepgen: Atomics.load(m, s + XSWEEPGEN), heap: sg });
    // Only the span points at the block with its blocks' types.
    if (m[s + COMPRESSION] === MTYPES.words || m[s + COMPRESSION] === MTYPES.bytes) markonly(m, mp, scanbufOf(mp), lowOf(m, m[s + TYPEDATA]));
    for (let x = m[s + SPECIALS]; x !== 0; x = m[x + NEXT]) {
      if (m[x + KIND] !== SPECIAL_KIND.finalizer) continue;
      const words = m[s + ELEMSIZE] >>> 2;
      const block = m[s + START] + Math.floor((m[x + OFFSET] >>> 2) / words) * words;
      // A block without pointers has no pointer bits of its own: those there belong to an earlier block.
      if (m[TYPES_OF] === TYPES.heapbits && !isScan(m, block)) continue;
      b = enqueueRoot(m, mp, b, block, words, 0);
    }
  }
  return b;
}

/** Gathers the frames of allg[index] (Go's addstackroots). Words above its stack pointer are dead. */
function gatherStack(m: Mem, mp: MRef, index: number, wbuf: WorkbufRef): WorkbufRef {
  if (index >= allglen(m)) fatal('MARKROOT_BAD_INDEX', { index });
  const gp = gAt(m, index);
  const status = Atomics.load(m, gp + XSTATUS);
  if (status === G_STATUS.dead || status === G_STATUS.idle) return wbuf;
  if (status === G_STATUS.running) fatal('MARK_WORLD_NOT_STOPPED', { g: m[gp + G.at.id] });
  if (status === G_STATUS.waiting && loadWide(m, gp + WAITSINCE) === 0) {
    storeWide(m, gp + WAITSINCE, loadWide(m, WORK + Work.at.tstart));
  }
  return enqueueRoot(m, mp, wbuf, m[gp + STACK], m[gp + SP] - m[gp + STACK], SCAN_ALL);
}

/** Returns the spans of all MCaches to their MCentrals. The world is stopped. */
export function flushallmcaches(m: Mem, mp: MRef): void {
  const started = records(m) ? nanotime() : 0;
  for (let i = 0; i < m[NPROCS]; i++) releaseAll(m, mp, mcacheOf(pAt(m, i)));
  if (records(m)) within(m, mp, WITHIN.flush, 0, m[NPROCS], started);
}

/** Drops what would keep garbage alive: tiny blocks, explicitly freed blocks, cached stacks (Go's clearpools). */
export function clearpools(m: Mem, mp: MRef): void {
  for (let i = 0; i < m[NPROCS]; i++) dropTiny(m, mcacheOf(pAt(m, i)));
  takeFreed(m, mp);
  for (let i = 0; i < m[NPROCS]; i++) stackcacheClear(m, mp, mcacheOf(pAt(m, i)));
}

/** Moves explicitly freed blocks to the freelists. Empty spans may go to the heap, so no M may be marking. */
export function takeFreed(m: Mem, mp: MRef): void {
  for (let i = 0; i < m[NPROCS]; i++) releaseFreed(m, mp, mcacheOf(pAt(m, i)));
}


/** Returns the quads of data, globals and stacks, which a mark scans beside the heap. The world is stopped. */
export function rootQuads(m: Mem): number {
  let words = m[CYCLE_LOG] - m[DATA];
  for (let i = 0; i < allglen(m); i++) words += m[gAt(m, i) + G.at.sp] - m[gAt(m, i) + G.at.stack];
  return words >> 1;
}
