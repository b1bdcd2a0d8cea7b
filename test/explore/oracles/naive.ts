/** The definitions of the consistencies, taken literally: tries every order of the calls. */
import { isDeepStrictEqual } from 'node:util';
import type { Call, Consistency, History } from '../../../src/explore/oracles/history.ts';
import type { Spec } from '../../../src/explore/oracles/spec.ts';

/** Reports whether any order of `history` is allowed. Every pending call either has a place or, if `stuck`, would wait at the end. */
export function hasOrder(spec: Spec, history: History, consistency: Consistency, stuck = false): boolean {
  return subsets(history.filter(({ ended }) => ended === Infinity)).some((effective) => {
    if (stuck && effective.length > 0) return false;
    const calls = history.filter((call) => call.ended !== Infinity || effective.includes(call));
    return orders(calls).some((order) => keepsOrder(order, history, consistency) && runs(spec, order, stuck ? history.filter((call) => !calls.includes(call)) : []));
  });
}

function keepsOrder(order: History, history: History, consistency: Consistency): boolean {
  return order.every((later, i) => order.slice(0, i).every((earlier) => !mustPrecede(later, earlier, history, consistency)));
}

function mustPrecede(first: Call, second: Call, history: History, consistency: Consistency): boolean {
  const sameThread = first.thread === second.thread && history.indexOf(first) < history.indexOf(second);
  if (consistency === 'sequential') return sameThread;
  if (consistency === 'linearizable') return sameThread || first.ended < second.began;
  // Between the two there is a moment at which no call is under way.
  return first.ended < second.began && history.some(({ ended }) => ended >= first.ended && ended < second.began && history.every((call) => call.ended <= ended || call.began > ended));
}

function runs(spec: Spec, order: History, waiting: History): boolean {
  const model = spec.init();
  for (const { operation: [name, ...args], returned, ended } of order) {
    if (spec.blocks?.(model, name, ...args) === true) return false;
    const value = spec[name]!(model, ...(args as never[]));
    if (ended !== Infinity && !isDeepStrictEqual(value, returned)) return false;
  }
  return waiting.every(({ operation: [name, ...args] }) => spec.blocks?.(model, name, ...args) === true);
}

function orders<Item>(items: readonly Item[]): Item[][] {
  return items.length === 0 ? [[]] : items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

function subsets<Item>(items: readonly Item[]): Item[][] {
  return items.reduce<Item[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);
}
