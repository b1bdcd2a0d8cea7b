/** MCaches: each slot holds a span of its class, and incache agrees. */
import { CONFIG, Config } from '../memory/config.ts';
import { P } from '../machine/p.ts';
import { Span } from '../heap/span.ts';
import { MCache } from '../malloc/mcache-record.ts';
import { CLASSES } from './classes.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, blockAt, hasBit, nameBlock, nameWord, spanIndex, spanRef, type HeapView } from './view.ts';

/** A block of the tiny allocator. */
const TINY = { bytes: 16, sizeclass: 2 } as const;

const { incache: INCACHE, sizeclass: SIZECLASS, freelist: FREELIST } = Span.at;

/** Returns the MCache of P `p`. */
export function cacheOf(h: HeapView, p: number): number {
  return h.m[CONFIG + Config.at.ps] + p * P.words + P.at.mcache;
}

export function procs(h: HeapView): number {
  return h.m[CONFIG + Config.at.nprocs];
}

/** Checks that a span in a slot has incache set, and is in no other slot. */
export function checkCaches(h: HeapView, out: Findings): void {
  const m = h.m;
  for (let p = 0; p < procs(h); p++) {
    checkSlots(h, out, p);
    checkTiny(h, out, p);
  }
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] !== SPAN_KIND.small) continue;
    const incache = m[spanRef(h, i) + INCACHE];
    if (incache === h.cached[i]) continue;
    out.add('SPAN_INCACHE', () => `span ${i} is in ${h.cached[i]} MCache slots, and its incache is ${incache}`);
  }
  if (m[h.emptySpan + FREELIST] !== 0) {
    out.add('CACHE_SLOT', () => 'the span that stands for "none cached" has a freelist');
  }
  out.checks += procs(h) * CLASSES;
}

function checkSlots(h: HeapView, out: Findings, p: number): void {
  const { m, emptySpan } = h;
  const slots = cacheOf(h, p) + MCache.at.alloc;
  for (let c = 0; c < CLASSES; c++) if (m[slots + c] !== emptySpan) checkFilled(h, out, p, c, m[slots + c]);
}

/** Checks that `s`, which the MCache of P `p` has in its slot of class `c`, is a span of this class. */
function checkFilled(h: HeapView, out: Findings, p: number, c: number, s: number): void {
  const i = spanIndex(h, s);
  const isRight = i >= 0 && h.kind[i] === SPAN_KIND.small && h.m[s + SIZECLASS] === c;
  if (i >= 0) h.cached[i]++;
  if (!isRight) out.add('CACHE_SLOT', () => `the MCache of P ${p} has ${i < 0 ? `word ${s}, which is no span,` : `span ${i}, of another kind,`} in its slot of class ${c}`);
}

/** Checks that the unused part of the tiny block, from `tiny` on, lies in one allocated block. */
function checkTiny(h: HeapView, out: Findings, p: number): void {
  const m = h.m;
  const tiny = m[cacheOf(h, p) + MCache.at.tiny];
  const left = m[cacheOf(h, p) + MCache.at.tinysize];
  if (left === 0) return;
  const ref = tiny >>> h.ptrShift;
  const off = blockAt(h, ref - h.arena);
  const isInside =
    left > 0 && off >= 0 && h.m[spanRef(h, h.owner[off >> 11] - 1) + SIZECLASS] === TINY.sizeclass &&
    (tiny >>> 0) + left <= (h.arena + off + TINY.bytes / 4) * 2 ** h.ptrShift;
  if (!isInside) out.add('TINY_BLOCK', () => `P ${p} would cut ${left} tiny bytes from ${nameWord(h, ref)}, where no tiny block has them`);
  else if (hasBit(h, h.free, off)) out.add('TINY_BLOCK', () => `the tiny block ${nameBlock(h, off)} of P ${p} is free`);
}

/** Checks that every MCache returned its spans before marking. */
export function checkCachesFlushed(h: HeapView, out: Findings): void {
  for (let p = 0; p < procs(h); p++) {
    checkFlushed(h, out, p);
    if (h.m[cacheOf(h, p) + MCache.at.tiny] !== 0) out.add('CACHE_NOT_FLUSHED', () => `the MCache of P ${p} still holds a tiny block`);
  }
}

function checkFlushed(h: HeapView, out: Findings, p: number): void {
  const { m, emptySpan } = h;
  const slots = cacheOf(h, p) + MCache.at.alloc;
  for (let c = 0; c < CLASSES; c++) if (m[slots + c] !== emptySpan) explainHeld(h, out, p, c);
}

function explainHeld(h: HeapView, out: Findings, p: number, c: number): void {
  out.add('CACHE_NOT_FLUSHED', () => `the MCache of P ${p} still holds span ${spanIndex(h, h.m[cacheOf(h, p) + MCache.at.alloc + c])} of class ${c}`);
}
