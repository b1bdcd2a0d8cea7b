/**
 * Turns found pointers into work: the thread that sets a block's mark bit enqueues it.
 *
 *   1. The mark loop buffers pointers (scanblock.ts) and flushes the buffer when it is full, or
 *      when no object is left to scan.
 *   2. For each pointer, flushptrbuf finds the start of its block and sets the mark bit: by CAS if
 *      several Ms mark (mark.ts), plainly if one does.
 *   3. If this M was first and the block may hold pointers, the block joins the M's workbuf.
 *   4. If another M waits and this one holds enough, half of the workbuf is handed off (work.ts).
 *
 * Invariant: a marked block that may hold pointers has been scanned, or is in a workbuf.
 * Source: flushptrbuf, flushobjbuf and enqueue of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { prefetchAll } from '../memory/prefetch.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK } from '../heap/bitmap.ts';
import { SCAN_ALL } from '../heap/type.ts';
import { Span } from '../heap/span.ts';
import { blockType } from './block-type.ts';
import { countsWork } from './collect-stats.ts';
import { countFlush, countTypeLookup } from './count-scan.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { casMark } from './mark.ts';
import { ScanBuf } from './scanbuf.ts';
import { Obj, getempty, getfull, handoff, objAt, putempty, wantsHandoff, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const { elemsize: ELEMSIZE } = Span.at;
const { wbuf: WBUF, nobj: NOBJ, marked: MARKED, ptr: PTR, obj: OBJ, nregions: NREGIONS, info: INFO } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

/** Makes `wbuf`, 0 for none, the workbuf of `sb`. */
export function openWorkbuf(m: Mem, sb: Ref, wbuf: WorkbufRef): void {
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = wbuf === 0 ? 0 : m[wbuf + WORKBUF_NOBJ];
}

/** Exchanges the empty workbuf of `sb` for a full one. Returns false when there is no more, or `keepworking` is false. */
export function refillWork(m: Mem, mp: MRef, sb: Ref, keepworking: boolean): boolean {
  const held = m[sb + WBUF];
  m[sb + WBUF] = 0;
  if (!keepworking) {
    if (held !== 0) putempty(m, mp, held);
    return false;
  }
  const wbuf = getfull(m, mp, held);
  if (wbuf === 0) return false;
  openWorkbuf(m, sb, wbuf);
  return true;
}

// Local names: V8 folds these, and not those of another module.
const ALLOCATED = BIT_ALLOCATED;
const SCANNED = BIT_SCAN;
const MARKED_BIT = BIT_MARKED;
const IN_GROUP = GROUP_MASK;
const PAGE = PAGE_WORD_SHIFT;
const NOWHERE = NO_BLOCK;
const ENTRY = Obj.words;
const EVERY_WORD = SCAN_ALL;
/** markTargets returns two numbers in one: the blocks written, above the words passed. The buffer has less than 256. */
const ADDED_SHIFT = 8;
const PASSED_MASK = 255;
/** Loading so few objects ahead gains nothing. */
const FEW = 4;

/**
 * Marks the targets of the pointers buffered from the start of the buffer to `pos`, and enqueues
 * the blocks to scan (Go's flushptrbuf). What is known of a target's type holds only for a
 * pointer to its start.
 * @param held objects in the workbuf of `sb`
 * @param alone no other M marks
 * @param pw words of a pointer
 * @param typed the buffer holds types of targets
 * @returns the objects then in the workbuf of `sb`, which may be another one
 */
export function flushptrbuf(m: Mem, mp: MRef, sb: Ref, pos: Ref, held: number, alone: boolean, pw: number, typed: boolean): number {
  const ptrs = (sb + PTR) | 0;
  const end = pos | 0;
  const n = (end - ptrs) >> 1;
  if (n === 0) return held;
  const arena = m[ARENA];
  const spanMap = m[SPAN_MAP];
  if (countsWork(m)) countFlush(m, mp, ptrs, pos);
  let wbuf = m[sb + WBUF];
  let nobj = held | 0;
  if (wbuf === 0 || nobj + n > m[WORKBUF_CAP]) {
    if (wbuf !== 0) m[wbuf + WORKBUF_NOBJ] = nobj;
    wbuf = getempty(m, mp, wbuf);
    m[sb + WBUF] = wbuf;
    nobj = 0;
  }
  const firstNew = nobj;
  let shared = typed ? m[sb + INFO] : 0;
  if (typed) m[sb + INFO] = 0;
  let i = ptrs;
  for (;;) {
    const to = objAt(wbuf, nobj) | 0;
    const done = (shared === 0 ? markTargets(m, mp, sb, i, end, to, arena, spanMap, alone, pw, typed, false, 0) : markTargets(m, mp, sb, i, end, to, arena, spanMap, alone, pw, true, true, shared)) | 0;
    nobj = (nobj + (done >> ADDED_SHIFT)) | 0;
    i = (i + (done & PASSED_MASK)) | 0;
    if (i === end) break;
    if (shared !== 0) {
      // An unaligned pointer may point into the first word of a block, which is no block before it: look again.
      giveTypes(m, i, end, shared);
      shared = 0;
      continue;
    }
    if (!exchangeForStart(m, i, arena, pw)) i = (i + 2) | 0;
  }
  // The objects of a short list are read at once.
  if (nobj - firstNew > FEW) prefetchAll(m, objAt(wbuf, firstNew), objAt(wbuf, nobj), Obj.words);
  if (typed && shared === 0) {
    if (countsWork(m)) lookUpTypes(m, mp, objAt(wbuf, firstNew) | 0, objAt(wbuf, nobj) | 0, true);
    else lookUpTypes(m, mp, objAt(wbuf, firstNew) | 0, objAt(wbuf, nobj) | 0, false);
  }
  if (wantsHandoff(m, nobj)) {
    wbuf = handoff(m, mp, wbuf, nobj);
    nobj = m[wbuf + WORKBUF_NOBJ];
    m[sb + WBUF] = wbuf;
  }
  return nobj;
}

/**
 * Marks the targets of the pointers from `from` to `end` of the buffer, up to the first pointer into a block. Writes the
 * blocks to scan from `to` on. With a type that is shared, it stops at an unaligned pointer, too. It calls nothing, because V8 keeps no local in a register across a call.
 * @returns the number of blocks written and the words of the buffer passed; see ADDED_SHIFT
 */
function markTargets(m: Mem, mp: MRef, sb: Ref, from: Ref, end: Ref, to: Ref, arena: Ref, spanMap: Ref, alone: boolean, pw: number, typed: boolean, isShared: boolean, shared: number): number {
  const ptrShift = m[PTR_SHIFT];
  const wordShift = pw - 1;
  const unaligned = (1 << (wordShift + ptrShift)) - 1;
  let marked = 0;
  let wp = to | 0;
  let i = from | 0;
  for (; i < end; i = (i + 2) | 0) {
    const p = m[i];
    if (isShared && (p & unaligned) !== 0) break;
    // Heap words from the arena's start. A group of 16 has two words of the bitmap.
    const at = (p - (arena << ptrShift)) >>> (wordShift + ptrShift);
    const b = (arena - 2 - ((at >>> 3) & ~1)) | 0;
    const shift = at & IN_GROUP;
    const bits = m[b] >>> shift;
    if ((bits & ALLOCATED) === 0) {
      if ((bits & SCANNED) !== 0) continue;
      break;
    }
    const mark = MARKED_BIT << (shift + (shift & 12));
    // As setMark does: here a branch costs less than its result.
    if (alone) {
      const marks = m[(b + 1) | 0];
      if ((marks & mark) !== 0) continue;
      m[(b + 1) | 0] = marks | mark;
    } else if (!casMark(m, mp, (b + 1) | 0, mark)) continue;
    marked = (marked + 1) | 0;
    if ((bits & SCANNED) === 0) continue;
    m[wp] = (arena + (at << wordShift)) | 0;
    m[(wp + 1) | 0] = m[(m[(spanMap + (at >>> (PAGE - wordShift))) | 0] + ELEMSIZE) | 0] >>> 2;
    m[(wp + 2) | 0] = isShared ? shared : typed && (p & unaligned) === 0 ? m[(i + 1) | 0] : 0;
    wp = (wp + ENTRY) | 0;
  }
  m[sb + MARKED] += marked;
  return ((((wp - to) / ENTRY) | 0) << ADDED_SHIFT) | ((i - from) | 0);
}

/** Gives each of the pointers from `from` to `end` of the buffer the type `ti` of its own. */
export function giveTypes(m: Mem, from: Ref, end: Ref, ti: number): void {
  for (let i = from; i < end; i = (i + 2) | 0) m[(i + 1) | 0] = ti;
}

/**
 * Exchanges the buffered pointer at `i`, which points into a block, for one to the block's start, of no known type.
 * Returns false if no allocated block is there.
 */
function exchangeForStart(m: Mem, i: Ref, arena: Ref, pw: number): boolean {
  const ptrShift = m[PTR_SHIFT];
  const wordShift = pw - 1;
  const off = findBlock(m, ((m[i] - (arena << ptrShift)) >>> (wordShift + ptrShift)) << wordShift) | 0;
  if (off === NOWHERE) return false;
  const at = off >>> wordShift;
  if (((m[(arena - 2 - ((at >>> 3) & ~1)) | 0] >>> (at & IN_GROUP)) & ALLOCATED) === 0) return false;
  m[i] = (arena + off) << ptrShift;
  m[(i + 1) | 0] = 0;
  return true;
}

/**
 * Looks up the types of the blocks just enqueued without one. Doing it here lets the cache misses
 * of a whole buffer overlap. Unless it counts, it calls nothing, because V8 keeps no local in a register across a call.
 */
function lookUpTypes(m: Mem, mp: MRef, from: Ref, to: Ref, counting: boolean): void {
  const arena = m[ARENA];
  const spanMap = m[SPAN_MAP];
  for (let at = from; at < to; at = (at + ENTRY) | 0) {
    if (m[at + 2] !== 0) continue;
    m[at + 2] = blockType(m, m[spanMap + ((m[at] - arena) >> PAGE)], m[at]);
    if (counting) countTypeLookup(m, mp, m[at + 2] !== EVERY_WORD);
  }
}

/** Enqueues the pieces of objects that a GC program has found (Go's flushobjbuf). */
export function flushobjbuf(m: Mem, mp: MRef, sb: Ref): void {
  const n = m[sb + NREGIONS];
  m[sb + NREGIONS] = 0;
  for (let i = 0; i < n; i++) {
    const at = sb + OBJ + i * Obj.words;
    enqueue(m, mp, sb, m[at], m[at + 1], m[at + 2]);
  }
}

/** Adds the `n` words at `p`, of type information `ti`, to the workbuf of `sb` (Go's enqueue). */
export function enqueue(m: Mem, mp: MRef, sb: Ref, p: Ref, n: number, ti: number): void {
  let wbuf = m[sb + WBUF];
  let nobj = m[sb + NOBJ];
  if (wantsHandoff(m, nobj)) {
    wbuf = handoff(m, mp, wbuf, nobj);
    nobj = m[wbuf + WORKBUF_NOBJ];
  }
  if (wbuf === 0 || nobj >= m[WORKBUF_CAP]) {
    if (wbuf !== 0) m[wbuf + WORKBUF_NOBJ] = nobj;
    wbuf = getempty(m, mp, wbuf);
    nobj = 0;
  }
  const at = objAt(wbuf, nobj);
  m[at] = p;
  m[at + 1] = n;
  m[at + 2] = ti;
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = nobj + 1;
}
