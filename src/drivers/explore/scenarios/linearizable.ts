/**
 * Is there an order of all pops and pushes that agrees with their times and makes two stacks
 * behave as stacks do, from what they held before to what they hold after (Herlihy and Wing's
 * linearizability)?
 */
import type { StackEvent } from './programs/lfstack.ts';

type Stacks = readonly (readonly number[])[];

/** '' if there is, else what was done. Stacks have their top last. */
export function explainStacks(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): string {
  if (agrees(before, after, threads)) return '';
  if (new Search(before, after, threads).finds()) return '';
  const inTurn = threads.flat().sort((a, b) => a.ended - b.ended);
  const held = before.map((stack) => stack.join(' ')).join(' | ');
  const left = after.map((stack) => stack.join(' ')).join(' | ');
  return [`NOT_A_STACK: no order of these makes ${held} into ${left}`, ...inTurn.map(describe)].join('\n');
}

/** Does the order in which they ended agree? It does whenever the last access decides. */
function agrees(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): boolean {
  const stacks = before.map((stack) => [...stack]);
  const done = new Int32Array(threads.length);
  for (;;) {
    let first = -1;
    for (let i = 0; i < threads.length; i++) {
      if (done[i] < threads[i].length && (first < 0 || threads[i][done[i]].ended < threads[first][done[first]].ended)) first = i;
    }
    if (first < 0) return same(stacks, after);
    if (!apply(stacks, threads[first][done[first]++])) return false;
  }
}

/** Does `event` on `stacks`; false, and nothing done, when it can't have happened there. */
function apply(stacks: readonly number[][], { pushes, stack, node }: StackEvent): boolean {
  const on = stacks[stack];
  if (pushes) on.push(node);
  else if ((on.at(-1) ?? 0) !== node) return false;
  else on.pop();
  return true;
}

function undo(stacks: readonly number[][], { pushes, stack, node }: StackEvent): void {
  if (pushes) stacks[stack].pop();
  else if (node !== 0) stacks[stack].push(node);
}

/** What has been tried in vain: how far each thread was, and what the stacks held. */
class Search {
  readonly #after: Stacks;
  readonly #threads: readonly (readonly StackEvent[])[];
  readonly #stacks: readonly number[][];
  readonly #done: number[];
  readonly #inVain = new Set<string>();

  constructor(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]) {
    this.#after = after;
    this.#threads = threads;
    this.#stacks = before.map((stack) => [...stack]);
    this.#done = threads.map(() => 0);
  }

  /** Tries every order of the rest that keeps an event behind those that ended before it began. */
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
    const found = this.finds();
    this.#done[thread]--;
    undo(this.#stacks, event);
    return found;
  }
}

function same(a: Stacks, b: Stacks): boolean {
  return a.every((stack, i) => stack.length === b[i].length && stack.every((node, at) => node === b[i][at]));
}

function describe({ pushes, stack, node, began, ended }: StackEvent): string {
  return `${began} to ${ended}: ${pushes ? `pushes ${node} on` : node === 0 ? 'finds nothing on' : `pops ${node} from`} stack ${stack}`;
}
