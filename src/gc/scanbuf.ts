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
import { by, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { M, type MRef } from '../machine/m.ts';
import { GC_STACK_CAPACITY } from '../heap/type.ts';
import { Obj } from './work.ts';

/** Go's IntermediateBufferCapacity. */
export const PTRBUF_CAP = 64;

const OWNER = 'its M while it marks';

/** A pointer found: the low word of the pointer, and what is known of its target's type. */
export const PtrTarget = struct('ptrtarget', 2, { p: by(OWNER), ti: by(OWNER) });

/** Local variables of a GC program's array or subroutine. */
export const Frame = struct('frame', 4, {
  /** Iterations left; from 0 on there is no end but the block's. */
  count: by(OWNER),
  elemsize: by(OWNER),
  /** Where the value lies. */
  b: by(OWNER),
  /** Where its loop begins, or where to go on. */
  loopOrRet: by(OWNER),
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
  /** The piece of memory that scanblock-lab.ts scans next. */
  piece: by(OWNER),
  pieceWords: by(OWNER),
  /** Of the ring in `obj`: its oldest slot, and how many are filled. See scanblock-lab.ts. */
  oldest: by(OWNER),
  nahead: by(OWNER),
  /** The queue of scanblock-lab-worklist.ts: its first buffer, the objects taken from it, its last full one. */
  front: by(OWNER),
  taken: by(OWNER),
  last: by(OWNER),
  pad: by('unused', 2),
  /** Pointers found, not yet looked at. */
  ptr: by(OWNER, PTRBUF_CAP * PtrTarget.words),
  /** Pieces of objects to be scanned by themselves, not yet enqueued; or, in scanblock-lab.ts, objects touched ahead. */
  obj: by(OWNER, PTRBUF_CAP * Obj.words),
  /** Frames of the GC program that runs. */
  frames: by(OWNER, GC_STACK_CAPACITY * Frame.words),
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
