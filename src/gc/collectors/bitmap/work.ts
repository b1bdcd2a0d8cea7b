/**
 * The list of blocks to scan of the collector of 2011.
 *
 *   1. Entries fill a buffer. A full buffer goes on the plain list `full`; one M marks, so no lock.
 *   2. When a buffer is empty, it goes on `empty` in exchange for a full one.
 *   3. When marking ends, all buffers go back to gc/work.ts.
 *
 * An entry is the block's ref alone; its size is found when the entry is taken. The buffers are the
 * shared workbufs, with `next` and `nw` in place of stashlink and nobj, so the invariant of gc/work.ts
 * holds between marks.
 */
import { ownedBy } from '../../../memory/guardian.ts';
import { by, struct, type Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { globalRecord } from '../../../memory/segment.ts';
import type { Ref } from '../../../memory/address.ts';
import type { MRef } from '../../../machine/m.ts';
import { getempty, putempty, workbufStruct, type WorkbufRef } from '../../work.ts';

const COLLECTING = ownedBy('collector');

export const BitmapWork = struct('bitmapwork', 16, {
  full: by(COLLECTING),
  empty: by(COLLECTING),
  /** Blocks whose size, and pointers whose block, the bitmap did not tell: the span was asked. */
  nsizelookup: by(COLLECTING, 2),
  naddrlookup: by(COLLECTING, 2),
});

export const BITMAP_WORK: Ref = globalRecord('bitmapwork', BitmapWork);
const FULL = BITMAP_WORK + BitmapWork.at.full;
const EMPTY = BITMAP_WORK + BitmapWork.at.empty;
const WORKBUF_WORDS = CONFIG + Config.at.workbufWords;
const { nobj: NW, stashlink: NEXT, obj: W } = workbufStruct(1).at;

/** Returns the ref of the first entry of `b`. */
export function firstEntry(b: WorkbufRef): Ref {
  return b + W;
}

/** Returns the end of the room in `b`. */
export function entriesEnd(m: Mem, b: WorkbufRef): Ref {
  return b + m[WORKBUF_WORDS];
}

/** Returns the end of the entries in `b`. */
export function entriesUsed(m: Mem, b: WorkbufRef): Ref {
  return b + W + m[b + NW];
}

/** Returns an empty buffer. If `full` is not 0, puts it on the full list; it has no room left. */
export function nextEmpty(m: Mem, mp: MRef, full: WorkbufRef): WorkbufRef {
  if (full !== 0) {
    m[full + NW] = m[WORKBUF_WORDS] - W;
    m[full + NEXT] = m[FULL];
    m[FULL] = full;
  }
  const b = m[EMPTY];
  if (b === 0) return getempty(m, mp, 0);
  m[EMPTY] = m[b + NEXT];
  return b;
}

/** Exchanges the empty buffer `b` (0: none) for a full one. Returns 0 when none is left. */
export function nextFull(m: Mem, b: WorkbufRef): WorkbufRef {
  if (b !== 0) {
    m[b + NW] = 0;
    m[b + NEXT] = m[EMPTY];
    m[EMPTY] = b;
  }
  const full = m[FULL];
  if (full !== 0) m[FULL] = m[full + NEXT];
  return full;
}

/** Hands every buffer back when marking has ended. */
export function releaseBuffers(m: Mem, mp: MRef): void {
  while (m[EMPTY] !== 0) {
    const b = m[EMPTY];
    m[EMPTY] = m[b + NEXT];
    m[b + NEXT] = 0;
    putempty(m, mp, b);
  }
}
