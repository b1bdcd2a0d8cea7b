/**
 * Lock-free stack of records: Treiber's, as lfstack.c of Go 1.4. The head is one word:
 *
 *     | push count | node id |      0 = empty
 *
 * The id is the record's number in its pool plus one. Each node counts its own pushes.
 *
 * Push:
 *   1. Increment the node's push count, and pack it with the id.
 *   2. Load the head, and store it in the node's `next`.
 *   3. CAS the head from the loaded value to the packed one. On failure, go to 2.
 *
 * Pop:
 *   1. Load the head. 0: the stack is empty.
 *   2. Load `next` of the node that the head names.
 *   3. CAS the head from the loaded value to `next`. On failure, go to 1.
 *
 * Invariants: a node is on at most one stack, and only its owner pushes it. The memory of a
 * node is never reused for anything else, so the stale load of pop's step 2 is harmless.
 *
 * ABA: between pop's steps 2 and 3 another M may pop the node, change the stack, and push the
 * node again. Then `next` is stale, but the push count differs, and the CAS fails.
 */
import { BOOT, protocol } from '../memory/guardian.ts';
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';

export type LFStackRef = Ref;

/** The head has a cache line of its own: every M contends for it. */
export const LFStack = struct('lfstack', 32, {
  xhead: atomic('any M'),
  pad0: padding(15),
  /** Ref of record 0 of the pool whose records it links. */
  base: by(BOOT),
  /** Words of a record. */
  stride: by(BOOT),
  pad1: padding(14),
}, 'xhead');

/** The first two words of every record that a stack links. */
export const LFNode = struct('lfnode', 2, {
  /** The head on which it was pushed, packed. A stale load only makes the CAS of the head fail. */
  xnext: atomic('the pushing M writes it, popping Ms read it'),
  /** Pushes of this node; wraps. */
  pushcnt: by(protocol('the pushing M, which owns the node')),
});

const { base: BASE, stride: STRIDE } = LFStack.at;
const { pushcnt: PUSHCNT } = LFNode.at;
const ID_BITS = CONFIG + Config.at.lfstackIdBits;
const COUNT_MASK = CONFIG + Config.at.lfstackCountMask;

/** Empties `stack`. Its nodes come from a pool of records of `stride` words that begins at `base`. */
export function lfstackinit(m: Mem, stack: LFStackRef, base: Ref, stride: number): void {
  Atomics.store(m, stack, 0);
  m[stack + BASE] = base;
  m[stack + STRIDE] = stride;
}

/**
 * Pushes `node`, which the caller owns and hands over to the stack.
 * @throws Fatal LFSTACK_ID_TOO_LARGE if the node's id does not fit the head
 */
export function lfstackpush(m: Mem, stack: LFStackRef, node: Ref): void {
  const id = (node - m[stack + BASE]) / m[stack + STRIDE] + 1;
  if (id >>> m[ID_BITS] !== 0 && m[ID_BITS] < 32) fatal('LFSTACK_ID_TOO_LARGE', { node, id });
  const count = (m[node + PUSHCNT] + 1) & m[COUNT_MASK];
  m[node + PUSHCNT] = count;
  const packed = m[ID_BITS] === 32 ? id : (count << m[ID_BITS]) | id;
  for (;;) {
    const old = Atomics.load(m, stack);
    Atomics.store(m, node, old);
    if (Atomics.compareExchange(m, stack, old, packed) === old) return;
  }
}

/** Pops a node and returns it to the caller, its new owner; 0 if the stack is empty. */
export function lfstackpop(m: Mem, stack: LFStackRef): Ref {
  for (;;) {
    const old = Atomics.load(m, stack);
    if (old === 0) return 0;
    const id = m[ID_BITS] === 32 ? old : old & ((1 << m[ID_BITS]) - 1);
    const node = m[stack + BASE] + (id - 1) * m[stack + STRIDE];
    const next = Atomics.load(m, node);
    if (Atomics.compareExchange(m, stack, old, next) === old) return node;
  }
}

/** Tells whether the stack was empty at some moment of the call: a hint while other Ms push and pop. */
export function lfstackempty(m: Mem, stack: LFStackRef): boolean {
  return Atomics.load(m, stack) === 0;
}
