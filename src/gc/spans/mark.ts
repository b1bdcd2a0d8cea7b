/**
 * The marking half of span-based marking: marks the targets of buffered pointers, and makes work of
 * them. A block whose page has a word queues its span; any other joins the workbuf.
 */
import type { Mem } from '../../memory/struct.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { PAGE_WORD_SHIFT, type Ref } from '../../memory/address.ts';
import type { MRef } from '../../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, GROUP_MASK } from '../../heap/bitmap.ts';
import { Span } from '../../heap/span.ts';
import { racyLoad } from '../../sync/racy.ts';
import { NO_BLOCK, findBlock } from '../block.ts';
import { setMark } from '../mark.ts';
import { ScanBuf } from '../scanbuf.ts';
import { getempty, handoff, objAt, wantsHandoff, workbufStruct } from '../work.ts';
import { claimSpan } from './claim.ts';
import { putSpan, spillSpans } from './queue.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const PAGE_STATES = CONFIG + Config.at.pageStates;
const WORKBUF_CAP = CONFIG + Config.at.workbufCap;
const { elemsize: ELEMSIZE } = Span.at;
const { wbuf: WBUF, nobj: NOBJ, marked: MARKED, ptr: PTR } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

// Local names: V8 folds these, and not those of another module.
const ALLOCATED = BIT_ALLOCATED;
const SCAN = BIT_SCAN;
const MARKED_BIT = BIT_MARKED;
const IN_GROUP = GROUP_MASK;
const NOWHERE = NO_BLOCK;
const PAGE = PAGE_WORD_SHIFT;

/**
 * Marks the targets of the pointers in the buffer of `sb`, which ends at `pos`, and makes work of those that were not marked
 * and may hold pointers.
 * @param q the queue of `mp`
 * @param alone no other M marks
 */
export function markFound(m: Mem, mp: MRef, sb: Ref, q: Ref, pos: Ref, alone: boolean): void {
  const ptrs = (sb + PTR) | 0;
  const end = alone ? pos | 0 : dropMarked(m, sb, pos) | 0;
  const arena = m[ARENA];
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = arena << ptrShift;
  const pages = m[PAGE_STATES];
  let marked = 0;
  for (let i = ptrs; i < end; i = (i + 2) | 0) {
    // Heap words from the arena's start. A group of 16 has two words of the bitmap.
    let at = (m[i] - arenaLow) >>> (1 + ptrShift);
    let word = (arena - 2 - ((at >>> 3) & ~1)) | 0;
    let shift = at & IN_GROUP;
    let bits = m[word] >>> shift;
    if ((bits & ALLOCATED) === 0) {
      if ((bits & SCAN) !== 0) continue;
      const off = findBlock(m, at << 1) | 0;
      if (off === NOWHERE) continue;
      at = off >>> 1;
      word = (arena - 2 - ((at >>> 3) & ~1)) | 0;
      shift = at & IN_GROUP;
      bits = m[word] >>> shift;
      if ((bits & ALLOCATED) === 0) continue;
    }
    if (!setMark(m, mp, (word + 1) | 0, MARKED_BIT << (shift + (shift & 12)), alone)) continue;
    marked = (marked + 1) | 0;
    if ((bits & SCAN) === 0) continue;
    const obj = (arena + (at << 1)) | 0;
    const page = (pages + (at >>> (PAGE - 1))) | 0;
    // Racy: only bits of QUEUED change, and claimSpan looks at these again.
    if (racyLoad(m, page) === 0) addObject(m, mp, sb, obj);
    else if (claimSpan(m, page, alone)) queueSpan(m, mp, q, obj, alone);
  }
  m[sb + MARKED] += marked;
}

/**
 * Drops from the buffer the pointers whose targets are marked already. These loads depend on nothing, so that their
 * cache misses overlap; those between atomic operations would not.
 * @returns the new end of the buffer
 */
function dropMarked(m: Mem, sb: Ref, pos: Ref): Ref {
  const ptrs = (sb + PTR) | 0;
  const end = pos | 0;
  const arena = m[ARENA];
  const ptrShift = m[PTR_SHIFT];
  const arenaLow = arena << ptrShift;
  let to = ptrs;
  for (let i = ptrs; i < end; i = (i + 2) | 0) {
    const p = m[i];
    const at = (p - arenaLow) >>> (1 + ptrShift);
    const word = (arena - 2 - ((at >>> 3) & ~1)) | 0;
    const shift = at & IN_GROUP;
    // Racy: a mark not seen here is seen by the CAS. Only starts of blocks are marked.
    if ((racyLoad(m, (word + 1) | 0) & (MARKED_BIT << (shift + (shift & 12)))) !== 0) continue;
    m[to] = p;
    to = (to + 2) | 0;
  }
  return to;
}

/** Puts the span of `obj` into `q`, the queue of `mp`. */
function queueSpan(m: Mem, mp: MRef, q: Ref, obj: Ref, alone: boolean): void {
  while (!putSpan(m, q, obj, alone)) spillSpans(m, mp);
}

/** Adds the block `obj`, which is marked by itself, to the workbuf of `sb`. */
function addObject(m: Mem, mp: MRef, sb: Ref, obj: Ref): void {
  const held = m[sb + WBUF];
  const nobj = m[sb + NOBJ];
  if (held === 0 || nobj >= m[WORKBUF_CAP]) {
    if (held !== 0) m[held + WORKBUF_NOBJ] = nobj;
    m[sb + WBUF] = getempty(m, mp, held);
    m[sb + NOBJ] = 0;
  }
  const at = objAt(m[sb + WBUF], m[sb + NOBJ]) | 0;
  m[at] = obj;
  m[(at + 1) | 0] = m[(m[(m[SPAN_MAP] + ((obj - m[ARENA]) >> PAGE)) | 0] + ELEMSIZE) | 0] >>> 2;
  m[(at + 2) | 0] = 0;
  m[sb + NOBJ] = (m[sb + NOBJ] + 1) | 0;
  if (!wantsHandoff(m, m[sb + NOBJ])) return;
  m[sb + WBUF] = handoff(m, mp, m[sb + WBUF], m[sb + NOBJ]);
  m[sb + NOBJ] = m[m[sb + WBUF] + WORKBUF_NOBJ];
}
