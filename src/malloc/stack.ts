/**
 * Stacks of goroutines, as stack.c of Go 1.4 allocates them: in sizes that double from the
 * smallest, so many orders; each P keeps some free stacks of each order, the pools have the
 * rest, in spans cut into stacks of one order. Larger stacks are spans of their own.
 *
 * A stack span is in the arena, but not the collector's: its state says so, it has no bits,
 * and nothing in it is swept.
 *
 * Law, of every stack span: nalloc counts the stacks that goroutines have or Ps keep;
 * nalloc + |freelist| == nelems.
 */
import { guardedBy } from '../memory/guardian.ts';
import { lockField, part, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import { PAGE_WORDS, PAGE_WORD_SHIFT, type Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { lock, unlock } from '../sync/lock.ts';
import { M, type MRef } from '../machine/m.ts';
import { SPAN_STATE, Span, spanOf, type SpanRef } from '../heap/span.ts';
import { SpanList, spanListInit, spanListInsert, spanListIsEmpty, spanListRemove, type SpanListRef } from '../heap/span-list.ts';
import { MCache, NUM_STACK_ORDERS, type MCacheRef } from './mcache-record.ts';
import { mheapAllocStack, mheapFreeStack } from './mheap.ts';

export const StackPool = struct('stackpool', 16, {
  /** Go's stackpoolmu. */
  lock: lockField('stackpool.lock'),
  /** By order, the spans that have free stacks. */
  spans: part('spanlist', NUM_STACK_ORDERS * SpanList.words, guardedBy('stackpool.lock')),
});

export const STACKPOOL: Ref = globalRecord('stackpool', StackPool);
const { lock: LOCK, spans: SPANS } = StackPool.at;
const MIN_WORDS = CONFIG + Config.at.stackMinWords;
const CACHE_WORDS = CONFIG + Config.at.stackCacheWords;
const { mcache: MCACHE, gcing: GCING } = M.at;
const { next: NEXT, start: START, npages: NPAGES, freelist: FREELIST, state: STATE } = Span.at;
const { elemsize: ELEMSIZE, nalloc: NALLOC, nelems: NELEMS } = Span.at;
const { stackList: STACK_LIST, stackWords: STACK_WORDS } = MCache.at;

/** Go's stackinit: empty pools. */
export function stackinit(m: Mem): void {
  for (let order = 0; order < NUM_STACK_ORDERS; order++) spanListInit(m, poolOf(order));
}

function poolOf(order: number): SpanListRef {
  return STACKPOOL + SPANS + order * SpanList.words;
}

/** Words of the smallest stack that has room for `words`. */
export function stackSize(m: Mem, words: number): number {
  let size = m[MIN_WORDS];
  while (size < words) size *= 2;
  return size;
}

/** The order of stacks of `words` words; -1 for those that are spans of their own. */
function orderOf(m: Mem, words: number): number {
  if (words >= m[CACHE_WORDS]) return -1;
  let order = 0;
  while (m[MIN_WORDS] << order < words) order++;
  return order < NUM_STACK_ORDERS ? order : -1;
}

/** A stack of `words` words, a size that stackSize gives, not zeroed; 0 when the arena is full. */
export function stackalloc(m: Mem, mp: MRef, words: number): Ref {
  const order = orderOf(m, words);
  if (order < 0) return allocLarge(m, mp, words);
  // Who collects must not change what is kept for goroutines.
  if (m[mp + GCING] !== 0) return poolAllocAlone(m, mp, order);
  const c = m[mp + MCACHE];
  if (m[c + STACK_LIST + order] === 0) cacheRefill(m, mp, c, order);
  const x = m[c + STACK_LIST + order];
  if (x === 0) return 0;
  m[c + STACK_LIST + order] = m[x];
  m[c + STACK_WORDS + order] -= words;
  return x;
}

/** Gives a stack of `words` words back. */
export function stackfree(m: Mem, mp: MRef, stack: Ref, words: number): void {
  const order = orderOf(m, words);
  if (order < 0) {
    freeLarge(m, mp, stack);
    return;
  }
  const c = m[mp + MCACHE];
  if (m[c + STACK_WORDS + order] >= m[CACHE_WORDS]) cacheRelease(m, mp, c, order, m[CACHE_WORDS] >> 1);
  m[stack] = m[c + STACK_LIST + order];
  m[c + STACK_LIST + order] = stack;
  m[c + STACK_WORDS + order] += words;
}

/** Go's stackcache_clear: a P keeps no free stacks. The world is stopped, and nobody marks. */
export function stackcacheClear(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let order = 0; order < NUM_STACK_ORDERS; order++) {
    if (m[c + STACK_LIST + order] !== 0) cacheRelease(m, mp, c, order, 0);
  }
}

/** Half of what may be kept, so that the next free need not give it back at once. */
function cacheRefill(m: Mem, mp: MRef, c: MCacheRef, order: number): void {
  const words = m[MIN_WORDS] << order;
  lock(m, mp, STACKPOOL + LOCK);
  while (m[c + STACK_WORDS + order] < m[CACHE_WORDS] >> 1) {
    const x = poolAllocLocked(m, mp, order);
    if (x === 0) break;
    m[x] = m[c + STACK_LIST + order];
    m[c + STACK_LIST + order] = x;
    m[c + STACK_WORDS + order] += words;
  }
  unlock(m, mp, STACKPOOL + LOCK);
}

/** Gives stacks back to the pool until `keep` words are left. */
function cacheRelease(m: Mem, mp: MRef, c: MCacheRef, order: number, keep: number): void {
  const words = m[MIN_WORDS] << order;
  lock(m, mp, STACKPOOL + LOCK);
  while (m[c + STACK_WORDS + order] > keep) {
    const x = m[c + STACK_LIST + order];
    m[c + STACK_LIST + order] = m[x];
    m[c + STACK_WORDS + order] -= words;
    poolFreeLocked(m, mp, order, x);
  }
  unlock(m, mp, STACKPOOL + LOCK);
}

function poolAllocAlone(m: Mem, mp: MRef, order: number): Ref {
  lock(m, mp, STACKPOOL + LOCK);
  const x = poolAllocLocked(m, mp, order);
  unlock(m, mp, STACKPOOL + LOCK);
  return x;
}

/** Go's poolalloc: a stack of the pool, which gets a new span if it must; 0 when the arena is full. */
function poolAllocLocked(m: Mem, mp: MRef, order: number): Ref {
  const list = poolOf(order);
  if (spanListIsEmpty(m, list)) {
    const fresh = newSpan(m, mp, order);
    if (fresh === 0) return 0;
    spanListInsert(m, list, fresh);
  }
  const s = m[list + NEXT];
  const x = m[s + FREELIST];
  m[s + FREELIST] = m[x];
  m[s + NALLOC]++;
  // What has no free stack is in no pool.
  if (m[s + FREELIST] === 0) spanListRemove(m, s);
  return x;
}

/** A span cut into stacks. */
function newSpan(m: Mem, mp: MRef, order: number): SpanRef {
  const npages = Math.ceil(m[CACHE_WORDS] / PAGE_WORDS);
  const s = mheapAllocStack(m, mp, npages);
  if (s === 0) return 0;
  const words = m[MIN_WORDS] << order;
  const n = Math.floor((npages << PAGE_WORD_SHIFT) / words);
  m[s + ELEMSIZE] = words * 4;
  m[s + NELEMS] = n;
  for (let i = n - 1; i >= 0; i--) {
    const x = m[s + START] + i * words;
    m[x] = m[s + FREELIST];
    m[s + FREELIST] = x;
  }
  return s;
}

/** Go's poolfree: a span whose stacks are all free goes back to the heap. */
function poolFreeLocked(m: Mem, mp: MRef, order: number, x: Ref): void {
  const s = spanOf(m, x);
  if (m[s + STATE] !== SPAN_STATE.stack) fatal('STACKFREE_BAD_SPAN', { stack: x, state: m[s + STATE] });
  if (m[s + FREELIST] === 0) spanListInsert(m, poolOf(order), s);
  m[x] = m[s + FREELIST];
  m[s + FREELIST] = x;
  m[s + NALLOC]--;
  if (m[s + NALLOC] !== 0) return;
  spanListRemove(m, s);
  m[s + FREELIST] = 0;
  mheapFreeStack(m, mp, s);
}

function allocLarge(m: Mem, mp: MRef, words: number): Ref {
  const s = mheapAllocStack(m, mp, Math.ceil(words / PAGE_WORDS));
  if (s === 0) return 0;
  m[s + ELEMSIZE] = m[s + NPAGES] * PAGE_WORDS * 4;
  m[s + NELEMS] = 1;
  m[s + NALLOC] = 1;
  return m[s + START];
}

function freeLarge(m: Mem, mp: MRef, stack: Ref): void {
  const s = spanOf(m, stack);
  if (m[s + STATE] !== SPAN_STATE.stack || m[s + START] !== stack) fatal('STACKFREE_BAD_SPAN', { stack, state: m[s + STATE] });
  m[s + NALLOC] = 0;
  mheapFreeStack(m, mp, s);
}
