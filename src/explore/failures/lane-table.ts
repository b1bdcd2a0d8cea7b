/** Formats a lane table as text: a column for each thread, the source on the right, the critical pair marked. */
import { plural } from '../../base/units.ts';
import type { Site } from '../../rewrite/sites.ts';
import type { Lanes, Row } from './lanes.ts';
import { unnumbered } from './trace.ts';

export interface TableLine {
  readonly text: string;
  /** What the line shows: an access of the critical pair, a gap, another access, or the head. */
  readonly kind: 'head' | 'access' | 'critical' | 'between';
}

const MARK = '▶';
const NARROWEST = 8;

/** Returns the lines of the table, the head first. */
export function laneTable({ names, rows, elidedAtEnd }: Lanes): TableLine[] {
  const numberWidth = Math.max(4, ...rows.map(({ step }) => String(step).length));
  const widths = names.map((name, thread) => Math.max(NARROWEST, name.length, ...rows.filter((row) => row.thread === thread).map((row) => row.operation.length)));
  // A thread without a shown access needs no column.
  const shown = names.map((_, thread) => thread).filter((thread) => rows.some((row) => row.thread === thread));
  function line(mark: string, number: string, cells: (thread: number) => string, right: string): string {
    return `${mark} ${number.padStart(numberWidth)}  ${shown.map((thread) => cells(thread).padEnd(widths[thread])).join(' │ ')} │ ${right}`.trimEnd();
  }
  const lines: TableLine[] = [{ text: line(' ', 'step', (thread) => names[thread], 'source'), kind: 'head' }];
  for (const row of rows) {
    if (row.elided > 0) lines.push(elision(row.elided, numberWidth));
    if (row.takenFrom >= 0) lines.push({ text: `${''.padStart(numberWidth + 2)}  ── ${names[row.takenFrom]} is preempted by ${names[row.thread]} ──`, kind: 'between' });
    const text = line(row.critical ? MARK : ' ', String(row.step), (thread) => (thread === row.thread ? row.operation : ''), source(row));
    lines.push({ text, kind: row.critical ? 'critical' : 'access' });
  }
  if (elidedAtEnd > 0) lines.push(elision(elidedAtEnd, numberWidth));
  return lines;
}

function source({ site, caller }: Row): string {
  return caller === undefined ? placeOf(site) : `${placeOf(caller)} → ${placeOf(site)}`;
}

function placeOf({ file, line, fn }: Site): string {
  return unnumbered(`${file}:${line} ${fn}`);
}

function elision(count: number, numberWidth: number): TableLine {
  return { text: `${''.padStart(numberWidth + 2)}  … ${plural(count, 'access', 'accesses')} …`, kind: 'between' };
}
