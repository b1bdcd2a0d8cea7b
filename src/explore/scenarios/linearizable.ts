/**
 * Linearizability of pops and pushes on several stacks.
 *
 * 1. Try the order in which the operations ended. It is right if the last access of each decides.
 * 2. Otherwise search (oracles/find-order.ts). A push has no place where its node would be neither popped again nor lie
 *    in its final place.
 *
 * The history is linearizable if an order of all operations turns the first contents into the last.
 *
 * Source: Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", TOPLAS 1990.
 */
import { findOrder } from '../oracles/find-order.ts';
import type { StackEvent } from './programs/lfstack.ts';

type Stacks = readonly (readonly number[])[];

/** Returns '' if the history is linearizable, otherwise a description of it. Stacks have their top last. */
export function explainStacks(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): string {
  if (agrees(before, after, threads)) return '';
  if (hasOrder(before, after, threads)) return '';
  const inTurn = threads.flat().sort((a, b) => a.ended - b.ended);
  const held = before.map((stack) => stack.join(' ')).join(' | ');
  const left = after.map((stack) => stack.join(' ')).join(' | ');
  return [`NOT_A_STACK: no order of these makes ${held} into ${left}`, ...inTurn.map(describe)].join('\n');
}

/** Reports whether the order in which the operations ended is a linearization. */
function agrees(before: Stacks, after: Stacks, threads: readonly (readonly StackEvent[])[]): boolean {
  const stacks = before.map((stack) => stack.slice());
  const done = threads.map(() => 0);
  // By thread: when its next event ended.
  const ends = threads.map((events) => endOf(events, 0));
  for (;;) {
    let first = 0;
    for (let i = 1; i < ends.length; i++) if (ends[i] < ends[first]) first = i;
    if (ends[first] === Infinity) return same(stacks, after);
    if (!apply(stacks, threads[first][done[first]])) return false;
    ends[first] = endOf(threads[first], ++done[first]);
  }
}

/** Returns when event `i` ended; Infinity past the last. */
function endOf(events: readonly StackEvent[], i: number): number {
  return i < events.length ? events[i].ended : Infinity;
}

/** Applies `event` to `stacks`. Returns false, and changes nothing, if the stacks don't allow it. */
function apply(stacks: readonly number[][], { pushes, stack, node }: StackEvent): boolean {
  const on = stacks[stack];
  if (pushes) on.push(node);
  else if ((on.length === 0 ? 0 : on[on.length - 1]) !== node) return false;
  else on.pop();
  return true;
}

/** Searches for an order of the events. */
function hasOrder(first: Stacks, last: Stacks, threads: readonly (readonly StackEvent[])[]): boolean {
  const events = threads.flatMap((own, thread) => own.map((event) => ({ ...event, thread })));
  const before = events.map((event, i) => setOf(events, (other, j) => (other.thread === event.thread ? j < i : other.ended < event.began)));
  // By stack and node, the pops.
  const pops = new Map<string, bigint>();
  for (const { pushes, ...event } of events) if (pushes) pops.set(placeOf(event), setOf(events, (other) => !other.pushes && placeOf(other) === placeOf(event)));
  const mayLie = (stacks: Stacks, event: StackEvent, placed: bigint) => (pops.get(placeOf(event))! & ~placed) !== 0n || stacks[event.stack].every((node, at) => node === last[event.stack][at]);
  const { order } = findOrder<Stacks>({
    before,
    required: setOf(events, () => true),
    tries: events.map((_, i) => i).sort((a, b) => events[a].ended - events[b].ended),
    initial: first,
    mostStates: Infinity,
    keyOf: (stacks) => stacks.join(';'),
    accepts: (stacks) => same(stacks, last),
    apply(stacks, i, placed) {
      const next = stacks.map((stack, at) => (at === events[i].stack ? stack.slice() : stack)) as number[][];
      return apply(next, events[i]) && (!events[i].pushes || mayLie(next, events[i], placed)) ? next : undefined;
    },
  });
  return order !== null;
}

function placeOf({ stack, node }: Pick<StackEvent, 'stack' | 'node'>): string {
  return `${stack} ${node}`;
}

/** Returns the items for which `belongs` holds, as a set of bits. */
function setOf<Item>(items: readonly Item[], belongs: (item: Item, i: number) => boolean): bigint {
  return items.reduce((set, item, i) => (belongs(item, i) ? set | (1n << BigInt(i)) : set), 0n);
}

function same(a: Stacks, b: Stacks): boolean {
  return a.every((stack, i) => stack.length === b[i].length && stack.every((node, at) => node === b[i][at]));
}

function describe({ pushes, stack, node, began, ended }: StackEvent): string {
  return `${began} to ${ended}: ${pushes ? `pushes ${node} on` : node === 0 ? 'finds nothing on' : `pops ${node} from`} stack ${stack}`;
}
