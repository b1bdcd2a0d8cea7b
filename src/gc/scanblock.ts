/**
 * The mark loop. It takes objects from a workbuf, reads their words, buffers those that look
 * like pointers into the arena, marks the blocks they point at and enqueues the ones that
 * may hold pointers themselves.
 *
 * The world is stopped, so the heap's words and the allocation bits stand still; only mark
 * bits change, by CAS when several threads mark.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../memory/address.ts';
import { racyLoad } from '../sync/racy.ts';
import type { MRef } from '../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK, GROUP_SHIFT, markShift } from '../heap/bitmap.ts';
import { Span } from '../heap/span.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { NO_BLOCK, findBlock } from './block.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { NPROC, getempty, getfull, handoff, objAt, putempty, wantsHandoff, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const { elemsize: ELEMSIZE } = Span.at;
const { wbuf: WBUF, nobj: NOBJ, marked: MARKED, ptr: PTR } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

/**
 * Scans the objects of `wbuf` and all they lead to. With `keepworking` it then takes work
 * from the others until marking is complete; without, it returns when its own is done.
 */
export function scanblock(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const arena = m[ARENA];
  const used = m[ARENA_USED] - arena;
  const ptrWords = m[PTR_WORDS];
  const ptrs = sb + PTR;
  const ptrsEnd = ptrs + m[PTRBUF_CAP] * 2;
  let pos = ptrs;
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = wbuf === 0 ? 0 : m[wbuf + WORKBUF_NOBJ];
  for (;;) {
    if (m[sb + NOBJ] === 0) {
      flushptrbuf(m, mp, sb, pos);
      pos = ptrs;
      if (m[sb + NOBJ] === 0 && !refillWork(m, mp, sb, keepworking)) return;
    }
    const nobj = m[sb + NOBJ] - 1;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj);
    const b = m[obj];
    let end = b + m[obj + 1];
    if (ptrWords === 2) {
      // Most objects hold their pointers first: what follows is skipped two words at a time.
      while (end - 4 >= b && (m[end - 1] | m[end - 3]) === 0) end -= 4;
      for (let i = b; i < end; i += 2) {
        if (m[i + 1] !== PTR_TAG) continue;
        const p = m[i];
        if (((p >>> 2) - arena) >>> 0 >= used) continue;
        m[pos] = p;
        pos += 2;
        if (pos === ptrsEnd) {
          flushptrbuf(m, mp, sb, pos);
          pos = ptrs;
        }
      }
    } else {
      for (let i = b; i < end; i++) {
        const p = m[i];
        if (((p >>> 2) - arena) >>> 0 >= used) continue;
        m[pos] = p;
        pos += 2;
        if (pos === ptrsEnd) {
          flushptrbuf(m, mp, sb, pos);
          pos = ptrs;
        }
      }
    }
  }
}

/** Gets a buffer of work in exchange for the empty one held; false when there is no more. */
function refillWork(m: Mem, mp: MRef, sb: Ref, keepworking: boolean): boolean {
  const held = m[sb + WBUF];
  m[sb + WBUF] = 0;
  if (!keepworking) {
    if (held !== 0) putempty(m, mp, held);
    return false;
  }
  const wbuf = getfull(m, mp, held);
  if (wbuf === 0) return false;
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = m[wbuf + WORKBUF_NOBJ];
  return true;
}

/** Marks the targets of the buffered pointers and enqueues those to be scanned. */
function flushptrbuf(m: Mem, mp: MRef, sb: Ref, pos: Ref): void {
  const ptrs = sb + PTR;
  const n = (pos - ptrs) >> 1;
  if (n === 0) return;
  const arena = m[ARENA];
  const spanMap = m[SPAN_MAP];
  const wordShift = m[PTR_WORDS] - 1;
  const alone = m[NPROC] === 1;
  let wbuf = m[sb + WBUF];
  let nobj = m[sb + NOBJ];
  let marked = 0;
  if (wbuf === 0 || nobj + n > m[WORKBUF_CAP]) {
    if (wbuf !== 0) m[wbuf + WORKBUF_NOBJ] = nobj;
    wbuf = getempty(m, mp, wbuf);
    nobj = 0;
  }
  let wp = objAt(wbuf, nobj);
  for (let i = ptrs; i < pos; i += 2) {
    let off = ((m[i] >>> 2) - arena) & ~wordShift;
    let b = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
    let shift = (off >> wordShift) & GROUP_MASK;
    let bits = m[b] >>> shift;
    if ((bits & (BIT_ALLOCATED | BIT_SCAN)) === 0) {
      off = findBlock(m, off);
      if (off === NO_BLOCK) continue;
      b = arena - ((off >> (GROUP_SHIFT + wordShift)) << 1) - 2;
      shift = (off >> wordShift) & GROUP_MASK;
      bits = m[b] >>> shift;
    }
    if ((bits & BIT_ALLOCATED) === 0) continue;
    const mark = BIT_MARKED << markShift(shift);
    if (alone) {
      const marks = m[b + 1];
      if ((marks & mark) !== 0) continue;
      m[b + 1] = marks | mark;
    } else if (!casMark(m, b + 1, mark)) continue;
    marked++;
    if ((bits & BIT_SCAN) === 0) continue;
    m[wp] = arena + off;
    m[wp + 1] = m[m[spanMap + (off >> PAGE_WORD_SHIFT)] + ELEMSIZE] >>> 2;
    m[wp + 2] = m[i + 1];
    wp += 3;
    nobj++;
  }
  m[sb + MARKED] += marked;
  if (wantsHandoff(m, nobj)) {
    wbuf = handoff(m, mp, wbuf, nobj);
    nobj = m[wbuf + WORKBUF_NOBJ];
  }
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = nobj;
}

/** Sets a mark bit that other threads may be setting beside it; false if it was set already. */
function casMark(m: Mem, word: Ref, mark: number): boolean {
  for (;;) {
    // Racy on purpose: a stale value makes the CAS fail and is read again.
    const marks = racyLoad(m, word);
    if ((marks & mark) !== 0) return false;
    if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;
  }
}
