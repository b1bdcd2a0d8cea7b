/** Plain tables: columns two spaces apart, no boxes, no trailing blanks. */
import { wrap } from './wrap.ts';

export interface Column {
  readonly head: string;
  /** `right` for numbers. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';
/** The least width of a column that is cut. */
const NARROWEST = 8;
/** The largest share of the width for the first column, which each part repeats. */
const FIRST_SHARE = 0.6;

/**
 * Returns the lines of a table, its head first. A table wider than `width` characters is split into parts with an
 * empty line between them. Each part has the first column and some of the others.
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

/** Returns `table` with `paint` applied to the head of each part. */
export function paintHeads(table: readonly string[], paint: (text: string) => string): string[] {
  return table.map((line, i) => (i === 0 || table[i - 1] === '' ? paint(line) : line));
}

/** Returns the indices of the columns in each part of a table. */
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

/** Returns the lines of a list: names on the left, wrapped values on the right. `width` is in characters. */
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
