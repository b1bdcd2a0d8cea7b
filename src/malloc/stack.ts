/**
 * Allocation of goroutine stacks. Stack sizes double from the smallest; size 2^order times the
 * smallest is an order.
 *
 *   1. Take a free stack of the P's MCache.
 *   2. If it has none, refill it from the pool of that order to half of what it may keep.
 *   3. If the pool has none, cut a span of 32 KB into stacks of that order.
 *   4. A stack beyond the orders is a span of its own.
 *   5. A freed stack goes to the MCache; one that is full first releases half to the pool. A
 *      span whose stacks are all free goes back to the heap.
 *
 * Before a mark the MCaches return their free stacks to the pools.
 *
 * Invariants: in every stack span, nalloc + |freelist| == nelems, where nalloc counts stacks of
 * goroutines and of MCaches. A stack span is in the arena with a state of its own and no bits in
 * the bitmap, so the collector finds no block in it, and no sweep touches it.
 *
 * Source: stack.c of Go 1.4.
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
import { mheapAllocStack, mheapFreeStack } from './span-alloc.ts';

export const StackPool = struct('stackpool', 16, {
  /** Go's stackpoolmu. */
  lock: lockField('stackpool.lock'),
  /** By order, the spans with free stacks. */
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

/** Initialises the pools as empty. Go's stackinit. */
export function stackinit(m: Mem): void {
  for (let order = 0; order < NUM_STACK_ORDERS; order++) spanListInit(m, poolOf(order));
}

function poolOf(order: number): SpanListRef {
  return STACKPOOL + SPANS + order * SpanList.words;
}

/** Returns the words of the smallest stack with room for `words` words. */
export function stackSize(m: Mem, words: number): number {
  let size = m[MIN_WORDS];
  while (size < words) size *= 2;
  return size;
}

/** Returns the order of stacks of `words` words, -1 if they are spans of their own. */
function orderOf(m: Mem, words: number): number {
  if (words >= m[CACHE_WORDS]) return -1;
  let order = 0;
  while (m[MIN_WORDS] << order < words) order++;
  return order < NUM_STACK_ORDERS ? order : -1;
}

/**
 * Allocates a stack of `words` words, a result of stackSize; not zeroed. Go's stackalloc.
 * @returns 0 if the arena is full
 */
export function stackalloc(m: Mem, mp: MRef, words: number): Ref {
  const order = orderOf(m, words);
  if (order < 0) return allocLarge(m, mp, words);
  // The collecting M must not change the stacks cached for goroutines.
  if (m[mp + GCING] !== 0) return poolAllocAlone(m, mp, order);
  const c = m[mp + MCACHE];
  if (m[c + STACK_LIST + order] === 0) cacheRefill(m, mp, c, order);
  const x = m[c + STACK_LIST + order];
  if (x === 0) return 0;
  m[c + STACK_LIST + order] = m[x];
  m[c + STACK_WORDS + order] -= words;
  return x;
}

/** Frees a stack of `words` words. Go's stackfree. */
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

/** Returns all free stacks of `c` to the pools. The world is stopped, and marking has not begun. Go's stackcache_clear. */
export function stackcacheClear(m: Mem, mp: MRef, c: MCacheRef): void {
  for (let order = 0; order < NUM_STACK_ORDERS; order++) {
    if (m[c + STACK_LIST + order] !== 0) cacheRelease(m, mp, c, order, 0);
  }
}

/** Fills the cache to half of its limit, so that the next free need not release any. */
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

/** Returns stacks to the pool until at most `keep` words are left. */
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

/** Takes a stack of the pool, cutting a new span if it is empty. Returns 0 if the arena is full. Go's poolalloc. */
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
  // A span without a free stack is in no pool.
  if (m[s + FREELIST] === 0) spanListRemove(m, s);
  return x;
}

/** Allocates a span and cuts it into stacks of `order`. Returns 0 if the arena is full. */
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

/** Returns the stack `x` to the pool. A span whose stacks are all free goes back to the heap. Go's poolfree. */
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
