/**
 * Compares the reference words of the collector of 2010 with the blocks. Each page has a slot of 1024
 * words. Block i of a span has word i, counted from the slot of the span's first page:
 *
 *     | NoPointers HasFinalizer Profiled | 0 … 0 | Free 0, None 2, Some 3, Finalize 4 |
 */
import { CONFIG, Config } from '../memory/config.ts';
import { collectorOf } from '../gc/collector.ts';
import { REF, REF_FLAGS, REF_HAS_FINALIZER, REF_NO_POINTERS, REF_PROFILED } from '../gc/collectors/refword/refword.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import type { Findings } from './problems.ts';
import { blockCount, blockWords } from './spans.ts';
import { specialsOf } from './specials.ts';
import { KIND, PAGE_WORDS, blockAt, hasBit, isScanned, nameBlock, spanPages, spanStart, type HeapView } from './view.ts';

const SLOT = 1024;
const STATES = ['RefFree', 'RefStack', 'RefNone', 'RefSome', 'RefFinalize'];

/** Reports whether this machine has reference words. */
export function hasRefwords(h: HeapView): boolean {
  return collectorOf(h.m).marksIn === 'refwords';
}

/** Reports whether the reference word of the block at `off` is RefSome: the mark found a reference to it. */
export function isReferenced(h: HeapView, off: number): boolean {
  const page = off >> 11;
  const block = (off - h.pageStart[page]) / h.pageStep[page];
  return (h.m[firstWord(h, h.owner[page] - 1) + block] & ~REF_FLAGS) === REF.some;
}

/**
 * Checks every reference word.
 * @param reached bit set of the reachable blocks; null if there was no mark since the sweep
 * @returns the number of allocated blocks that are reachable but not RefSome
 */
export function checkRefwords(h: HeapView, out: Findings, reached: Int32Array | null): number {
  let lost = 0;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] === KIND.none) continue;
    const isUsed = h.kind[i] === KIND.small || h.kind[i] === KIND.large;
    if (isUsed) lost += checkBlocks(h, out, i, reached);
    checkUnused(h, out, i, isUsed ? blockCount(h, i) : 0);
    out.checks += spanPages(h, i) * SLOT;
  }
  return lost;
}

function firstWord(h: HeapView, i: number): number {
  return h.m[CONFIG + Config.at.collectorData] + (spanStart(h, i) / PAGE_WORDS) * SLOT;
}

function checkBlocks(h: HeapView, out: Findings, i: number, reached: Int32Array | null): number {
  const { m, free } = h;
  const first = firstWord(h, i);
  const step = blockWords(h, i);
  const n = blockCount(h, i);
  const specials = specialFlags(h, i);
  let lost = 0;
  let off = spanStart(h, i);
  for (let b = 0; b < n; b++, off += step) {
    const word = m[first + b];
    if (hasBit(h, free, off) !== (word === 0)) {
      out.add('REFWORD_FREE', () => `block ${nameBlock(h, off)} is ${word === 0 ? 'allocated' : 'free'}, but its word is ${describe(word)}`);
    } else if (word !== 0) {
      lost += checkUsed(h, out, off, word, specials.get(off) ?? 0, reached);
    }
  }
  return lost;
}

/** Checks the word of an allocated block. Returns 1 if the block is reachable but not RefSome, else 0. */
function checkUsed(h: HeapView, out: Findings, off: number, word: number, special: number, reached: Int32Array | null): number {
  const flags = special | (isScanned(h, off) ? 0 : REF_NO_POINTERS) | (h.sampled.has(off) ? REF_PROFILED : 0);
  const state = word & ~REF_FLAGS;
  if ((word & REF_FLAGS) !== flags) {
    out.add('REFWORD_FLAGS', () => `the word of block ${nameBlock(h, off)} is ${describe(word)}, but should be ${describe(state | flags)}`);
  }
  if (reached !== null && hasBit(h, reached, off)) return state === REF.some ? 0 : 1;
  if (reached !== null && state === REF.some) {
    out.add('LEAKED_MARK', () => `the word of block ${nameBlock(h, off)} is ${describe(word)}, but no root reaches it`);
    return 0;
  }
  const expected = reached !== null && (flags & REF_HAS_FINALIZER) !== 0 ? REF.finalize : REF.none;
  if (state !== expected) out.add('REFWORD_STATE', () => `the word of block ${nameBlock(h, off)} is ${describe(word)}, not ${STATES[expected]}`);
  return 0;
}

/** Checks that the words of span `i` from number `from` on are RefFree, which is 0: no block has them. */
function checkUnused(h: HeapView, out: Findings, i: number, from: number): void {
  const m = h.m;
  const first = firstWord(h, i);
  const words = spanPages(h, i) * SLOT;
  for (let b = from; b < words; b++) {
    if (m[first + b] !== 0) out.add('REFWORD_FREE', () => `word ${b} of span ${i} is ${describe(m[first + b])}, but no block belongs to it`);
  }
}

/** Returns, by offset of a block, the flags that the specials of span `i` require. */
function specialFlags(h: HeapView, i: number): ReadonlyMap<number, number> {
  const m = h.m;
  const flags = new Map<number, number>();
  for (const x of specialsOf(h, i)) {
    const off = blockAt(h, spanStart(h, i) + (m[x + Special.at.offset] >>> 2));
    if (m[x + Special.at.kind] === SPECIAL_KIND.finalizer) flags.set(off, REF_HAS_FINALIZER);
  }
  return flags;
}

function describe(word: number): string {
  const flags = [
    ...((word & REF_NO_POINTERS) !== 0 ? ['NoPointers'] : []),
    ...((word & REF_HAS_FINALIZER) !== 0 ? ['HasFinalizer'] : []),
    ...((word & REF_PROFILED) !== 0 ? ['Profiled'] : []),
  ];
  return [STATES[word & ~REF_FLAGS] ?? `0x${(word >>> 0).toString(16)}`, ...flags].join('|');
}
