/**
 * What one M marks with: a small buffer of pointers found, which is flushed (marked and
 * enqueued) when full, one of pieces of objects, which GC programs find, and the workbuf it
 * takes objects from and puts them in.
 *
 *        scanblock
 *     (finds pointers)
 *     Obj ------> PtrTarget
 *      ^              |
 *      '--------------'
 *        flushptrbuf
 *     (finds block start, marks, enqueues)
 */
import { OUTER, ownedBy } from '../memory/guardian.ts';
import { by, part, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import { GC_STACK_CAPACITY } from '../heap/type.ts';
import { Obj } from './work.ts';

/** Go's IntermediateBufferCapacity. */
export const PTRBUF_CAP = 64;

const OWNER = ownedBy('M', 'while it marks');

/** A pointer found: the low word of the pointer, and what is known of its target's type. */
export const PtrTarget = struct('ptrtarget', 2, { p: by(OUTER), ti: by(OUTER) });

/** Local variables of a GC program's array or subroutine. */
export const Frame = struct('frame', 4, {
  /** Iterations left; from 0 on there is no end but the block's. */
  count: by(OUTER),
  elemsize: by(OUTER),
  /** Where the value lies. */
  b: by(OUTER),
  /** Where its loop begins, or where to go on. */
  loopOrRet: by(OUTER),
});

export const ScanBuf = struct('scanbuf', 368, {
  /** The M marks; for the check that no M does so twice at a time. */
  busy: by(OWNER),
  /** Held workbuf and the objects in it; the workbuf's own count is stale meanwhile. */
  wbuf: by(OWNER),
  nobj: by(OWNER),
  /** Objects marked by this M in this phase. */
  marked: by(OWNER),
  /** Marks not yet in the bitmap: their word there, 0 for none. See gatherMark in scan-run.ts. */
  pendingWord: by(OWNER),
  pending: by(OWNER),
  /** Pieces in `obj`. */
  nregions: by(OWNER),
  /** The piece of memory that scan-pieces.ts scans next, or what remains of the object that scan-objects.ts scans. */
  piece: by(OWNER),
  pieceWords: by(OWNER),
  /** Of the ring in `obj`: its oldest slot, and how many are filled. See scan-pieces.ts. */
  oldest: by(OWNER),
  nahead: by(OWNER),
  /** The queue of scanblock-lab-worklist.ts: its first buffer, the objects taken from it, its last full one. */
  front: by(OWNER),
  taken: by(OWNER),
  last: by(OWNER),
  /** Words scanned since scanObjects, scanSpans or scanBuffered began. */
  scanned: by(OWNER),
  /**
   * What is known of a type: of the rest of an object (scan-heapbits.ts), or of the targets of all buffered pointers
   * (scan-pairs.ts); 0 if each has its own.
   */
  info: by(OWNER),
  /** Pointers found, not yet looked at. */
  ptr: part('ptrtarget', PTRBUF_CAP * PtrTarget.words, OWNER),
  /** Pieces of objects to be scanned by themselves, not yet enqueued; or, in scan-pieces.ts, objects touched ahead. */
  obj: part('obj', PTRBUF_CAP * Obj.words, OWNER),
  /** Frames of the GC program that runs. */
  frames: part('frame', GC_STACK_CAPACITY * Frame.words, OWNER),
});

if (ScanBuf.words > M.fields.scanbuf.words) throw new Error('ScanBuf does not fit into M');

export function scanbufOf(mp: MRef): Ref {
  return mp + M.at.scanbuf;
}

/** Go's gchelperstart: this M begins to mark. */
export function beginMarking(m: Mem, mp: MRef): void {
  const sb = scanbufOf(mp);
  if (m[sb + ScanBuf.at.busy] !== 0) fatal('MARKING_TWICE', { mp });
  m[sb + ScanBuf.at.busy] = 1;
  m[sb + ScanBuf.at.marked] = 0;
}

export function endMarking(m: Mem, mp: MRef): void {
  m[scanbufOf(mp) + ScanBuf.at.busy] = 0;
}
