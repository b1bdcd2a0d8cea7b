/** The lane table in colours, folded to the width of the terminal. */
import { printable } from '../base/printable.ts';
import { laneTable, type TableLine } from '../explore/failures/lane-table.ts';
import type { Lanes } from '../explore/failures/lanes.ts';
import { wrap } from '../report/wrap.ts';
import { paint } from './paint.ts';

/** Yields the lines of the table, each with its newline. */
export function* laneTableText(lanes: Lanes, isColored: boolean, width?: number): Generator<string> {
  for (const line of tableText(laneTable(lanes), isColored, width)) yield `${line}\n`;
}

/** Returns the lines of `table`, folded if it is wider than `width`. */
export function tableText(table: readonly TableLine[], isColored: boolean, width = Infinity): string[] {
  const { bold, dim, yellow } = paint(isColored);
  const paints = { head: bold, access: String, critical: (text: string) => bold(yellow(text)), between: dim };
  return fitted(table, width).map(({ text, kind }) => paints[kind](printable(text, LONGEST_LINE)));
}

/** Longest line that is printed whole. */
const LONGEST_LINE = 10_000;
/** Separator of columns. */
const BAR = ' │ ';
/** Text before the columns: a mark, and the number of the step. */
const STEP = /^(. +\S+ )/;
const INDENT = '        ';

/** Returns the table with a column for each thread if it fits, else with one access a line, after its thread. */
function fitted(table: readonly TableLine[], width: number): readonly TableLine[] {
  if (table.every(({ text }) => text.length <= width)) return table;
  const head = table.find(({ kind }) => kind === 'head');
  const names = head === undefined ? [] : cellsOf(head.text);
  return table.flatMap((line) => {
    const folded = line.kind === 'head' ? ['   step  thread: access', `${INDENT}source`] : line.kind === 'between' ? [line.text.trim()] : foldAccess(line.text, names);
    return folded.flatMap((text) => hung(text, width).map((part) => ({ text: part, kind: line.kind })));
  });
}

/** Wraps a line, and indents all but the first part. */
function hung(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const start = text.length - text.trimStart().length;
  const [first, ...rest] = wrap(text.trimStart(), width - Math.max(start, INDENT.length));
  return [' '.repeat(start) + first, ...rest.map((line) => INDENT + line)];
}

/** Returns "▶   12  M1: cas span 3 sweepgen 4 → 5" and, on the next line, the source. */
function foldAccess(text: string, names: readonly string[]): string[] {
  const cells = cellsOf(text);
  const source = cells[cells.length - 1];
  const thread = cells.findIndex((cell, i) => cell !== '' && i < cells.length - 1);
  const [step = ''] = STEP.exec(text) ?? [];
  return [`${step.trimEnd()}  ${names[thread] ?? ''}: ${cells[thread] ?? ''}`, `${INDENT}${source}`];
}

/** Returns the texts of the columns, the source last, without mark and number. */
function cellsOf(text: string): string[] {
  return text.replace(STEP, '').split(BAR).map((cell) => cell.trim());
}
