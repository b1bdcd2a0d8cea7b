/**
 * Draws a history as text: a line for each thread, time from left to right, a bar for each call from its first to its
 * last access.
 *
 *     popOne  ├─ pop() → 2 ──────────────┤
 *     other        ├ pop() → 1 ┤ ├ pop() → 1 ┤ ◀
 */
import { inspect } from 'node:util';
import { printable } from '../../base/printable.ts';
import { isPending, type Call, type History } from './history.ts';

/** Follows the call to blame. */
const ARROW = ' ◀';
/** The widest drawing; a longer history is listed. */
const WIDEST = 140;
/** Characters of a value. */
const LONGEST_VALUE = 40;

/** Returns `push(1)`. */
export function nameOfCall({ operation: [name, ...args] }: Call): string {
  return `${name}(${args.join(', ')})`;
}

/** Returns the text of a value that an operation returned. */
export function valueText(value: unknown): string {
  return printable(inspect(value, { breakLength: Infinity, depth: 3 }), LONGEST_VALUE);
}

/** Returns `push(1)`, `pop() → 1`, or `take() …` while it is pending. */
function labelOf(call: Call): string {
  if (isPending(call)) return `${nameOfCall(call)} …`;
  return call.returned === undefined ? nameOfCall(call) : `${nameOfCall(call)} → ${valueText(call.returned)}`;
}

/** @param marked the call that is to blame: an arrow follows it */
export function drawHistory(history: History, names: readonly string[], marked?: Call): string[] {
  const columns = place(history, marked);
  const width = Math.max(0, ...columns.map(([, to]) => to)) + 3;
  const nameWidth = Math.max(...history.map(({ thread }) => names[thread].length));
  if (nameWidth + width > WIDEST) return list(history, names, marked);
  return names.flatMap((name, thread) => {
    const calls = history.flatMap((call, i) => (call.thread === thread ? [{ call, columns: columns[i] }] : []));
    if (calls.length === 0) return [];
    let line = '';
    for (const { call, columns: [from, to] } of calls) line = line.padEnd(from) + bar(call, to - from) + (call === marked ? ARROW : '');
    return [`${name.padEnd(nameWidth)}  ${line}`.trimEnd()];
  });
}

function bar(call: Call, width: number): string {
  const label = labelOf(call);
  const isLong = width - 1 >= label.length + 4;
  const text = isLong ? `─ ${label} ` : ` ${label} `;
  return `├${text.padEnd(width - 1, isLong ? '─' : ' ')}${isPending(call) ? '' : '┤'}`;
}

/** Returns the columns of the ends of each call. Ends at different moments have different columns, in their order. */
function place(history: History, marked: Call | undefined): [from: number, to: number][] {
  const columns = history.map((): [number, number] => [0, 0]);
  const ends = history.flatMap((call, i) => [{ i, at: call.began, isEnd: false }, { i, at: call.ended, isEnd: true }]);
  // A call without accesses may begin and end at the moment of the call before it.
  ends.sort((a, b) => a.at - b.at || a.i - b.i || Number(a.isEnd) - Number(b.isEnd));
  let next = 0;
  for (const { i, isEnd } of ends) {
    const column = isEnd ? Math.max(next, columns[i][0] + labelOf(history[i]).length + 3) : next;
    columns[i][isEnd ? 1 : 0] = column;
    next = column + 2 + (isEnd ? 1 : 0) + (isEnd && history[i] === marked ? ARROW.length : 0);
  }
  return columns;
}

function list(history: History, names: readonly string[], marked?: Call): string[] {
  return [...history].sort((a, b) => a.began - b.began).map((call) => {
    const to = isPending(call) ? 'on' : call.ended === call.began ? '' : `to ${call.ended}`;
    return `accesses ${call.began} ${to}`.trimEnd().concat(`: ${names[call.thread]}: ${labelOf(call)}${call === marked ? ARROW : ''}`);
  });
}
