/** A state on the path of the search, and the step that the current execution makes there. */
import type { Event } from './event.ts';

export interface Node {
  /** Threads that can run, as bits. */
  readonly enabled: number;
  /** Steps that were explored earlier, and that nothing since then depends on: to make one here repeats an execution. */
  readonly sleep: readonly Event[];
  /** Threads to run from here, as bits. Those that sleep are not in it. */
  backtrack: number;
  /** Threads that have been run from here, as bits, and their steps. */
  done: number;
  readonly explored: Event[];
  /** The thread that runs now. */
  thread: number;
  event: Event | null;
  /** Choices within the step, under a weak memory model: which value each load takes, and of how many. */
  readonly values: number[];
  readonly counts: number[];
}

export function bitsOf(events: readonly Event[]): number {
  let bits = 0;
  for (const { thread } of events) bits |= 1 << thread;
  return bits;
}

export function countBits(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}

/** Returns the lowest thread in `bits`, which is not 0. */
export function lowest(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/**
 * Moves the path to the next execution: the deepest node with a value or a thread that is left takes it. Returns the
 * place of that node, or -1 if the search is over.
 */
export function advance(path: Node[]): number {
  for (; path.length > 0; path.pop()) {
    const node = path[path.length - 1];
    while (node.values.length > 0 && node.values[node.values.length - 1] + 1 === node.counts[node.counts.length - 1]) {
      node.values.pop();
      node.counts.pop();
    }
    if (node.values.length > 0) {
      node.values[node.values.length - 1]++;
      return path.length - 1;
    }
    node.done |= 1 << node.thread;
    if (node.event !== null) node.explored.push(node.event);
    node.event = null;
    const left = node.backtrack & ~node.done;
    if (left === 0) continue;
    node.thread = lowest(left);
    return path.length - 1;
  }
  return -1;
}

/**
 * Estimates the part of the search that is done, from the path of the next execution: at each node the alternatives
 * count alike. It may fall, because later executions add alternatives.
 *
 * Source: Kilby, Slaney, Thiébaux and Walsh, "Estimating search tree size", AAAI 2006, after Knuth, 1975.
 */
export function partDone(path: readonly Node[]): number {
  let part = 0;
  let share = 1;
  for (const { backtrack, done, values, counts } of path) {
    share /= countBits(backtrack);
    part += share * countBits(done);
    for (let i = 0; i < values.length; i++) {
      share /= counts[i];
      part += share * values[i];
    }
  }
  return part;
}
