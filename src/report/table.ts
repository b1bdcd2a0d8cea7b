/** Plain tables: columns two spaces apart, no boxes, no trailing blanks. */

export interface Column {
  readonly head: string;
  /** Numbers stand on the right, so that they can be compared at a glance. */
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/** The lines of a table, its head first. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ head }) => head), ...rows];
  const widths = columns.map((_, c) => Math.max(...all.map((row) => row[c].length)));
  return all.map((row) => row.map((cell, c) => pad(cell, widths[c], columns[c].align)).join(GAP).trimEnd());
}

/** Facts under one another: names on the left, what is said of them in one column. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}${GAP}${value}`);
}

function pad(cell: string, width: number, align: Column['align']): string {
  return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
}
