/**
 * Lock-free stack of records (Treiber's), as lfstack.c of Go 1.4. The head is one word:
 *
 *     | push count | node id |      0 = empty
 *
 * The id is the record's number in its pool plus one. The count is the node's own and grows
 * at each of its pushes: a popper that read `next` of a node that has been popped and pushed
 * again since (ABA) then finds another head and its CAS fails.
 */
import { BOOT, protocol } from '../memory/guardian.ts';
import { atomic, by, padding, struct, type Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { fatal } from '../base/fatal.ts';

export type LFStackRef = Ref;

/** Alone on its cache line: every M hammers it. */
export const LFStack = struct('lfstack', 32, {
  xhead: atomic('any M'),
  pad0: padding(15),
  /** The pool whose records it links: ref of record 0, words a record. */
  base: by(BOOT),
  stride: by(BOOT),
  pad1: padding(14),
}, 'xhead');

/** Every record that such a stack links begins with these two words. */
export const LFNode = struct('lfnode', 2, {
  /** The head it was pushed on, packed; stale reads are refused by the CAS of the head. */
  xnext: atomic('the pushing M writes it, popping Ms read it'),
  pushcnt: by(protocol('the pushing M, which owns the node')),
});

const { base: BASE, stride: STRIDE } = LFStack.at;
const { pushcnt: PUSHCNT } = LFNode.at;
const ID_BITS = CONFIG + Config.at.lfstackIdBits;
const COUNT_MASK = CONFIG + Config.at.lfstackCountMask;

/** Makes `stack` empty, over a pool of records of `stride` words from `base`. */
export function lfstackinit(m: Mem, stack: LFStackRef, base: Ref, stride: number): void {
  Atomics.store(m, stack, 0);
  m[stack + BASE] = base;
  m[stack + STRIDE] = stride;
}

/** Pushes `node`, which the caller owns and gives away. */
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

/** Pops a node, which the caller then owns; 0 when the stack is empty. */
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

/** Was it empty at some moment of the call? Only a hint while others push and pop. */
export function lfstackempty(m: Mem, stack: LFStackRef): boolean {
  return Atomics.load(m, stack) === 0;
}
