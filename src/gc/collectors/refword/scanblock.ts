/**
 * The mark loop of 2010, a depth-first recursion.
 *
 *   1. For each pointer, look up its span, its block and the block's reference word (mlookup).
 *   2. If the word says RefNone or RefFinalize, set RefSome.
 *   3. If the block may hold pointers, push a frame for the rest of the current one, and go on at 1
 *      with the block's words. At the end of a block, pop a frame.
 *
 * A frame is the word to go on at and the end of the block. Frames lie in workbufs, because
 * JavaScript's stack cannot hold a list of a million objects. The order is that of the recursion,
 * except that a frame with nothing left to scan is not pushed. Source: scanblock of 2010's mgc0.c.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import { PAGE_WORD_SHIFT, PTR_TAG, type Ref } from '../../../memory/address.ts';
import { tagMask } from '../../../memory/pointer.ts';
import { addWide } from '../../../memory/wide.ts';
import { GCStats, M, type MRef } from '../../../machine/m.ts';
import { REF, REFWORD_SLOT, REF_FLAGS, REF_NO_POINTERS } from './refword.ts';
import { SPAN_STATE, Span } from '../../../heap/span.ts';
import { ARENA_USED } from '../../../malloc/mheap.ts';
import { getempty, putempty, workbufStruct } from '../../work.ts';

const { none: REF_NONE, some: REF_SOME, finalize: REF_FINALIZE } = REF;
const ARENA = CONFIG + Config.at.arenaStart;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const SPAN_MAP = CONFIG + Config.at.spanMap;
const REFWORDS = CONFIG + Config.at.collectorData;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const WORKBUF_WORDS = CONFIG + Config.at.workbufWords;
const { start: START, limit: LIMIT, state: STATE, sizeclass: SIZECLASS, elemsize: ELEMSIZE } = Span.at;
const OBJECTS_MARKED = M.at.gcstats + GCStats.at.objectsMarked;
/** Workbufs of frames, each linked to the one below it. */
const { stashlink: BELOW, obj: FRAMES } = workbufStruct(1).at;
const FRAME_WORDS = 2;

/**
 * Scans the `n` words at `b` and all blocks they lead to that have RefNone. A block with RefFinalize
 * gets RefSome too: another object whose finalizer is due needs it, so its own finalizer waits.
 * Objects with finalizers in a circle wait for ever.
 */
export function scanblock(m: Mem, mp: MRef, b: Ref, n: number): void {
  const arena = m[ARENA];
  const used = m[ARENA_USED] - arena;
  const ptrWords = m[PTR_WORDS];
  const ptrShift = m[PTR_SHIFT];
  const tagBits = tagMask(m);
  const room = FRAMES + Math.floor((m[WORKBUF_WORDS] - FRAMES) / FRAME_WORDS) * FRAME_WORDS;
  let marked = 0;
  let frames = 0;
  let sp = 0;
  let i = b;
  let end = b + n;
  for (;;) {
    while (i < end) {
      const p = m[i];
      const isPointer = ptrWords === 1 || (m[i + 1] & tagBits) === PTR_TAG;
      i += ptrWords;
      const off = (p >>> ptrShift) - arena;
      if (!isPointer || off >>> 0 >= used) continue;
      const s = m[m[SPAN_MAP] + (off >> PAGE_WORD_SHIFT)];
      const ref = arena + off;
      const start = m[s + START];
      if (s === 0 || m[s + STATE] !== SPAN_STATE.inUse || ref < start || ref >= m[s + LIMIT]) continue;
      const words = m[s + ELEMSIZE] >>> 2;
      const index = m[s + SIZECLASS] === 0 ? 0 : Math.floor((ref - start) / words);
      const word = m[REFWORDS] + ((start - arena) >> PAGE_WORD_SHIFT) * REFWORD_SLOT + index;
      const state = m[word] & ~REF_FLAGS;
      if (state !== REF_NONE && state !== REF_FINALIZE) continue;
      const flags = m[word] & REF_FLAGS;
      m[word] = REF_SOME | flags;
      if (state === REF_NONE) marked++;
      if ((flags & REF_NO_POINTERS) !== 0) continue;
      if (i < end) {
        if (frames === 0 || sp === frames + room) {
          const above = getempty(m, mp, 0);
          m[above + BELOW] = frames;
          frames = above;
          sp = above + FRAMES;
        }
        m[sp] = i;
        m[sp + 1] = end;
        sp += FRAME_WORDS;
      }
      i = start + index * words;
      end = i + words;
    }
    if (frames === 0) break;
    sp -= FRAME_WORDS;
    i = m[sp];
    end = m[sp + 1];
    if (sp === frames + FRAMES) {
      const below = m[frames + BELOW];
      m[frames + BELOW] = 0;
      putempty(m, mp, frames);
      frames = below;
      sp = below + room;
    }
  }
  addWide(m, mp + OBJECTS_MARKED, marked);
}
