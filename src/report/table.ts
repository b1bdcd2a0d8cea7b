/** Plain tables: columns two spaces apart, no boxes, no trailing blanks. */
import { wrap } from './wrap.ts';

export interface Column {
  readonly head: string;
  /** Numbers stand on the right, so that they can be compared at a glance. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';
/** A column is not cut to less. */
const NARROWEST = 8;
/** Of the width, at most, for the column that each part has. */
const FIRST_SHARE = 0.6;

/**
 * The lines of a table, its head first. A table that is wider than `width` is laid out in parts, one
 * below the other with an empty line between: each has the first column, and some of the others.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[], width = Infinity): string[] {
  const all = [columns.map(({ head }) => head), ...rows];
  const widest = columns.map((_, c) => Math.max(...all.map((row) => row[c].length)));
  const first = Math.min(widest[0], Math.max(NARROWEST, Math.floor(width * FIRST_SHARE)));
  const widths = widest.map((cells, c) => (c === 0 ? first : Math.min(cells, Math.max(NARROWEST, width - first - GAP.length))));
  return partsOf(widths, width).flatMap((part, i) => {
    const lines = all.map((row) => part.map((c) => pad(cut(row[c], widths[c]), widths[c], columns[c].align)).join(GAP).trimEnd());
    return i === 0 ? lines : ['', ...lines];
  });
}

/** `paint` applied to the head of each part. */
export function paintHeads(table: readonly string[], paint: (text: string) => string): string[] {
  return table.map((line, i) => (i === 0 || table[i - 1] === '' ? paint(line) : line));
}

/** The numbers of the columns that stand side by side, in each part of a table. */
function partsOf(widths: readonly number[], width: number): number[][] {
  const parts: number[][] = [[0]];
  let used = widths[0];
  for (let c = 1; c < widths.length; c++) {
    const last = parts[parts.length - 1];
    if (last.length === 1 || used + GAP.length + widths[c] <= width) {
      last.push(c);
      used += GAP.length + widths[c];
    } else {
      parts.push([0, c]);
      used = widths[0] + GAP.length + widths[c];
    }
  }
  return parts;
}

/** Facts under one another: names on the left, what is said of them in one column. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[], width = Infinity): string[] {
  const names = Math.max(...facts.map(([name]) => name.length));
  return facts.flatMap(([name, value]) =>
    wrap(value, width - names - GAP.length).map((line, i) => `${(i === 0 ? name : '').padEnd(names)}${GAP}${line}`));
}

function cut(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`;
}

function pad(cell: string, width: number, align: Column['align']): string {
  return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
}
