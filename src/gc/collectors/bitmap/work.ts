/**
 * The work of the collector of 2011: buffers of blocks to scan on two plain lists, `full` and
 * `empty`, since one thread marks. An entry is the block's ref alone; its size is found again
 * when it is taken out.
 *
 * The memory is that of the shared workbufs, with `next` and `nw` where those have stashlink
 * and nobj, and w[] over all of their objects. It is taken from gc/work.ts and handed back
 * when marking ends, so the law there holds.
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

/** w[0] of `b`. */
export function firstEntry(b: WorkbufRef): Ref {
  return b + W;
}

/** Past the last entry that `b` has room for. */
export function entriesEnd(m: Mem, b: WorkbufRef): Ref {
  return b + m[WORKBUF_WORDS];
}

/** Past the last entry in `b`. */
export function entriesUsed(m: Mem, b: WorkbufRef): Ref {
  return b + W + m[b + NW];
}

/** An empty buffer; `full`, if not 0, is filled to its end and goes on the full list. */
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

/** A full buffer, in exchange for the empty one `b` (0 for none); 0 when nothing is left. */
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

/** Marking is over: hands every buffer back. */
export function releaseBuffers(m: Mem, mp: MRef): void {
  while (m[EMPTY] !== 0) {
    const b = m[EMPTY];
    m[EMPTY] = m[b + NEXT];
    m[b + NEXT] = 0;
    putempty(m, mp, b);
  }
}
