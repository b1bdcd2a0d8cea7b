/** The lane table in colours, and as wide as the terminal. */
import { printable } from '../base/printable.ts';
import { laneTable, type TableLine } from '../explore/failures/lane-table.ts';
import type { Lanes } from '../explore/failures/lanes.ts';
import { wrap } from '../report/wrap.ts';
import { paint } from './paint.ts';

/** Its lines, each with its newline. */
export function* laneTableText(lanes: Lanes, isColored: boolean, width?: number): Generator<string> {
  for (const line of tableText(laneTable(lanes), isColored, width)) yield `${line}\n`;
}

/** The lines of a table that was made elsewhere; a table that is too wide is folded. */
export function tableText(table: readonly TableLine[], isColored: boolean, width = Infinity): string[] {
  const { bold, dim, yellow } = paint(isColored);
  const paints = { head: bold, access: String, critical: (text: string) => bold(yellow(text)), between: dim };
  return fitted(table, width).map(({ text, kind }) => paints[kind](printable(text, LONGEST_LINE)));
}

/** A line is printed up to here. */
const LONGEST_LINE = 10_000;
/** Between two columns. */
const BAR = ' │ ';
/** What stands before the columns: a mark, and the number of the step. */
const STEP = /^(. +\S+ )/;
const INDENT = '        ';

/** With a column for each thread where that fits, else with one access a line, and its thread in front. */
function fitted(table: readonly TableLine[], width: number): readonly TableLine[] {
  if (table.every(({ text }) => text.length <= width)) return table;
  const head = table.find(({ kind }) => kind === 'head');
  const names = head === undefined ? [] : cellsOf(head.text);
  return table.flatMap((line) => {
    const folded = line.kind === 'head' ? ['   step  thread: access', `${INDENT}source`] : line.kind === 'between' ? [line.text.trim()] : foldAccess(line.text, names);
    return folded.flatMap((text) => hung(text, width).map((part) => ({ text: part, kind: line.kind })));
  });
}

/** Wrapped, with all lines but the first below the access. */
function hung(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const start = text.length - text.trimStart().length;
  const [first, ...rest] = wrap(text.trimStart(), width - Math.max(start, INDENT.length));
  return [' '.repeat(start) + first, ...rest.map((line) => INDENT + line)];
}

/** "▶   12  M1: cas span 3 sweepgen 4 → 5" and, on the next line, the source. */
function foldAccess(text: string, names: readonly string[]): string[] {
  const cells = cellsOf(text);
  const source = cells[cells.length - 1];
  const thread = cells.findIndex((cell, i) => cell !== '' && i < cells.length - 1);
  const [step = ''] = STEP.exec(text) ?? [];
  return [`${step.trimEnd()}  ${names[thread] ?? ''}: ${cells[thread] ?? ''}`, `${INDENT}${source}`];
}

/** The texts of the columns, the source last; without mark and number. */
function cellsOf(text: string): string[] {
  return text.replace(STEP, '').split(BAR).map((cell) => cell.trim());
}
