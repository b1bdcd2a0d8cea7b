/**
 * Linearizability of pops and pushes on several stacks.
 *
 * 1. Try the order in which the operations ended. It is right if the last access of each decides.
 * 2. Otherwise search depth first: append an operation that began before any other remaining one ended,
 *    and that the sequential stacks allow.
 * 3. Prune states that were reached before, and pushes of nodes that are never popped again and do not lie
 *    in their final place.
 *
 * The history is linearizable if an order of all operations turns the first contents into the last.
 *
 * Source: Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", TOPLAS 1990.
 */
import type { StackEvent } from './programs/lfstack.ts';

type Stacks = readonly (readonly number[])[];

/** Returns '' if the history is linearizable, otherwise a description of it. Stacks have their top last. */
export function explainStacks(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): string {
  if (agrees(before, after, threads)) return '';
  if (new Search(before, after, threads).finds()) return '';
  const inTurn = threads.flat().sort((a, b) => a.ended - b.ended);
  const held = before.map((stack) => stack.join(' ')).join(' | ');
  const left = after.map((stack) => stack.join(' ')).join(' | ');
  return [`NOT_A_STACK: no order of these makes ${held} into ${left}`, ...inTurn.map(describe)].join('\n');
}

/** Reports whether the order in which the operations ended is a linearization. */
function agrees(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): boolean {
  const stacks = before.map((stack) => stack.slice());
  const done = threads.map(() => 0);
  for (;;) {
    let first: StackEvent | undefined;
    let of = 0;
    for (let i = 0; i < threads.length; i++) {
      const events = threads[i];
      if (done[i] === events.length || (first !== undefined && events[done[i]].ended >= first.ended)) continue;
      first = events[done[i]];
      of = i;
    }
    if (first === undefined) return same(stacks, after);
    if (!apply(stacks, first)) return false;
    done[of]++;
  }
}

/** Applies `event` to `stacks`. Returns false, and changes nothing, if the stacks don't allow it. */
function apply(stacks: readonly number[][], { pushes, stack, node }: StackEvent): boolean {
  const on = stacks[stack];
  if (pushes) on.push(node);
  else if ((on.length === 0 ? 0 : on[on.length - 1]) !== node) return false;
  else on.pop();
  return true;
}

function undo(stacks: readonly number[][], { pushes, stack, node }: StackEvent): void {
  if (pushes) stacks[stack].pop();
  else if (node !== 0) stacks[stack].push(node);
}

/** The depth-first search for a linearization. */
class Search {
  readonly #after: Stacks;
  readonly #threads: readonly (readonly StackEvent[])[];
  readonly #stacks: readonly number[][];
  readonly #done: number[];
  /** Pops that are not applied yet, by stack and node. */
  readonly #popsLeft = new Map<string, number>();
  /** States that lead nowhere: the progress of each thread, and the contents of the stacks. */
  readonly #inVain = new Set<string>();

  constructor(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]) {
    this.#after = after;
    this.#threads = threads;
    this.#stacks = before.map((stack) => [...stack]);
    this.#done = threads.map(() => 0);
    for (const event of threads.flat()) if (!event.pushes) this.#countPop(event, 1);
  }

  /** Reports whether the remaining events can be ordered so that each follows those that ended before it began. */
  finds(): boolean {
    const next = this.#threads.map((events, i) => events[this.#done[i]]);
    if (next.every((event) => event === undefined)) return same(this.#stacks, this.#after);
    const key = `${this.#done.join()};${this.#stacks.join(';')}`;
    if (this.#inVain.has(key)) return false;
    this.#inVain.add(key);
    const firstEnd = Math.min(...next.map((event) => event?.ended ?? Infinity));
    return next.some((event, i) => event !== undefined && event.began <= firstEnd && this.#findsAfter(event, i));
  }

  #findsAfter(event: StackEvent, thread: number): boolean {
    if (!apply(this.#stacks, event)) return false;
    this.#done[thread]++;
    if (!event.pushes) this.#countPop(event, -1);
    const found = (!event.pushes || this.#mayLie(event)) && this.finds();
    if (!event.pushes) this.#countPop(event, 1);
    this.#done[thread]--;
    undo(this.#stacks, event);
    return found;
  }

  #countPop({ stack, node }: StackEvent, change: number): void {
    const key = `${stack} ${node}`;
    this.#popsLeft.set(key, (this.#popsLeft.get(key) ?? 0) + change);
  }

  /** Reports whether the node just pushed is popped later, or lies in its final place with all below it. */
  #mayLie({ stack, node }: StackEvent): boolean {
    if ((this.#popsLeft.get(`${stack} ${node}`) ?? 0) > 0) return true;
    return this.#stacks[stack].every((each, at) => each === this.#after[stack][at]);
  }
}

function same(a: Stacks, b: Stacks): boolean {
  return a.every((stack, i) => stack.length === b[i].length && stack.every((node, at) => node === b[i][at]));
}

function describe({ pushes, stack, node, began, ended }: StackEvent): string {
  return `${began} to ${ended}: ${pushes ? `pushes ${node} on` : node === 0 ? 'finds nothing on' : `pops ${node} from`} stack ${stack}`;
}
