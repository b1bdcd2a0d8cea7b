/**
 * The checkmark phase: marks a second time, to find what the concurrent mark has missed.
 *
 *   1. The world is stopped, and the mark is complete. Clear the links of all blocks (shade.ts): no
 *      block is on a list now, so a link serves as the second mark.
 *   2. Scan all roots, and all blocks reached, with one M. The link of a block that is reached for
 *      the first time becomes the word that points at it.
 *   3. A block that is reached and has no mark bit was missed. Report it, with the path to it.
 *
 * It shares the bitmap and the roots with the collector, as Go's gccheckmark does. So it finds faults
 * of barriers, of the work and of its end, but none of malloc; the oracle (src/verify) shares nothing.
 * It takes every word that looks like a pointer for one, as the mark does without types.
 *
 * Source: checkmark in mgcmark.go of Go 1.5; mcheckmark.go of Go 1.16.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { isTag, refOf } from '../../../memory/pointer.ts';
import { fatal, type Facts } from '../../../base/fatal.ts';
import { lfstackpop } from '../../../sync/lfstack.ts';
import type { MRef } from '../../../machine/m.ts';
import { BIT_ALLOCATED, BIT_MARKED, BIT_SCAN, bitsShift, bitsWord, markShift } from '../../../heap/bitmap.ts';
import { ARENA_USED } from '../../../malloc/mheap-record.ts';
import { NO_BLOCK } from '../../block.ts';
import { ROOT_FLUSH_CACHES, gatherRoot, rootCount } from '../../roots.ts';
import { FULL, XNWAIT, enqueueRoot, getempty, objAt, putempty, workbufStruct } from '../../work.ts';
import { blockOf, blockWords, linkOf } from './shade.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { nobj: NOBJ } = workbufStruct(1).at;
/** The most blocks of a path that a report names. */
const LONGEST = 8;

/**
 * Marks again, and compares. The mark is complete, the world is stopped, and all workbufs are empty.
 * @throws Fatal if the mark has missed a reachable block
 */
export function checkMarks(m: Mem, mp: MRef): void {
  // This M makes work again, and nobody waits for it.
  Atomics.store(m, XNWAIT, 0);
  const missed = findMissed(m, mp);
  if (missed !== 0) fatal('CHECKMARK_MISSED', pathTo(m, missed));
}

/** Marks again from all roots. Returns the first block found that the mark has missed; 0 if it has missed none. */
export function findMissed(m: Mem, mp: MRef): Ref {
  m.fill(0, linkOf(m, m[ARENA]), linkOf(m, Atomics.load(m, ARENA_USED)));
  let missed = 0;
  let wbuf = getempty(m, mp, 0);
  for (let i = 0; i < rootCount(m); i++) {
    if (i !== ROOT_FLUSH_CACHES) wbuf = gatherRoot(m, mp, i, wbuf);
  }
  for (;;) {
    if (m[wbuf + NOBJ] === 0) {
      putempty(m, mp, wbuf);
      wbuf = lfstackpop(m, FULL);
      if (wbuf === 0) return missed;
    }
    m[wbuf + NOBJ]--;
    const obj = objAt(wbuf, m[wbuf + NOBJ]);
    const from = m[obj];
    const words = m[obj + 1];
    for (let i = from; i < from + words; i += m[PTR_WORDS]) {
      const p = reach(m, i);
      if (p === 0) continue;
      if (missed === 0 && !isMarked(m, p)) missed = p;
      if (mayHoldPointers(m, p)) wbuf = enqueueRoot(m, mp, wbuf, p, blockWords(m, p), 0);
    }
  }
}

/** Returns the block that the word at `at` points at, if it is reached for the first time; otherwise 0. */
function reach(m: Mem, at: Ref): Ref {
  if (m[PTR_WORDS] === 2 && !isTag(m, m[at + 1])) return 0;
  const low = m[at];
  if (low === 0) return 0;
  const off = blockOf(m, refOf(m, low) - m[ARENA]);
  if (off === NO_BLOCK) return 0;
  const p = m[ARENA] + off;
  if ((m[bitsWord(m, p)] & (BIT_ALLOCATED << bitsShift(m, p))) === 0) return 0;
  if (m[linkOf(m, p)] !== 0) return 0;
  m[linkOf(m, p)] = at;
  return p;
}

function isMarked(m: Mem, p: Ref): boolean {
  return (m[bitsWord(m, p) + 1] & (BIT_MARKED << markShift(bitsShift(m, p)))) !== 0;
}

function mayHoldPointers(m: Mem, p: Ref): boolean {
  return (m[bitsWord(m, p)] & (BIT_SCAN << bitsShift(m, p))) !== 0;
}

/** Returns the facts of a report on `missed`: its bytes, and the words that lead to it, the nearest first. The last one is in a root, or the path is longer. */
function pathTo(m: Mem, missed: Ref): Facts {
  const words: number[] = [];
  let at = m[linkOf(m, missed)];
  while (at >= m[ARENA] && at < Atomics.load(m, ARENA_USED) && words.length < LONGEST) {
    words.push(at);
    const off = blockOf(m, at - m[ARENA]);
    at = off === NO_BLOCK ? 0 : m[linkOf(m, m[ARENA] + off)];
  }
  return { object: missed, bytes: blockWords(m, missed) * 4, path: [...words, at].join(' < ') };
}
