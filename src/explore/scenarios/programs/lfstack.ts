/**
 * Threads pop nodes from two lock-free stacks and push them back. A node stores its owner. A popped node
 * that has an owner was not on a stack.
 */
import { ownedBy } from '../../../memory/guardian.ts';
import { elsewhere } from '../../../memory/regions.ts';
import { by, part, struct, type Mem } from '../../../memory/struct.ts';
import type { Ref } from '../../../memory/address.ts';
import { nanotime } from '../../../base/clock.ts';
import { fatal } from '../../../base/fatal.ts';
import { LFNode, lfstackpop, lfstackpush } from '../../../sync/lfstack.ts';
import { EMPTY, FULL } from '../../../gc/work.ts';

export const StackNode = struct('stacknode', 4, {
  node: part('lfnode', LFNode.words),
  /** The owning thread, counted from 1; 0 while the node is on a stack. */
  owner: by(ownedBy('thread')),
});

elsewhere(StackNode, 'a pool in the memory of the scenario lfstack');

const { owner: OWNER } = StackNode.at;
/** The stacks are at the places of the collector's own. */
export const STACKS: readonly Ref[] = [FULL, EMPTY];

/** One pop or push: when it began and ended, and its node; 0 for a pop from an empty stack. */
export interface StackEvent {
  readonly pushes: boolean;
  readonly stack: number;
  readonly node: Ref;
  readonly began: number;
  readonly ended: number;
}

/**
 * Runs `operations` as thread `thread`: `pop` from a stack, or `push` the node that it has held longest. It
 * keeps the nodes that are left.
 * @returns the pops and pushes
 */
export function runStackOperations(m: Mem, thread: number, operations: readonly (readonly [string, ...number[]])[]): StackEvent[] {
  const events: StackEvent[] = [];
  const held: Ref[] = [];
  let gone = 0;
  for (let i = 0; i < operations.length; i++) {
    // A destructuring pattern would create an iterator for each operation.
    const name = operations[i][0];
    const stack = operations[i][1];
    const began = nanotime();
    if (name === 'pop') {
      const node = lfstackpop(m, STACKS[stack]);
      events.push({ pushes: false, stack, node, began, ended: nanotime() });
      if (node === 0) continue;
      take(m, node, thread);
      held.push(node);
    } else if (gone < held.length) {
      const node = held[gone++];
      giveAway(m, node, thread);
      lfstackpush(m, STACKS[stack], node);
      events.push({ pushes: true, stack, node, began, ended: nanotime() });
    }
  }
  return events;
}

function take(m: Mem, node: Ref, thread: number): void {
  if (m[node + OWNER] !== 0) fatal('NODE_POPPED_TWICE', { node, by: thread, owner: m[node + OWNER] - 1 });
  m[node + OWNER] = thread + 1;
}

function giveAway(m: Mem, node: Ref, thread: number): void {
  if (m[node + OWNER] !== thread + 1) fatal('NODE_TAKEN_AWAY', { node, from: thread, owner: m[node + OWNER] - 1 });
  m[node + OWNER] = 0;
}
