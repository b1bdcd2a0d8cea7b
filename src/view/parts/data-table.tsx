/** A table whose columns sort by a click on their heading. */
import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  readonly name: string;
  readonly value: (row: Row) => number | string | undefined;
  /** Returns the cell's content; without it the value is shown. */
  readonly show?: (row: Row) => ComponentChild;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Rows that are shown at first. */
  readonly limit?: number;
  /** Makes each row a choice: its first cell is a button. */
  readonly onChoose?: (row: Row) => void;
  readonly isChosen?: (row: Row) => boolean;
}

const LIMIT = 12;

interface Order {
  readonly column: number;
  readonly isDescending: boolean;
}

export function DataTable<Row>({ caption, columns, rows, limit = LIMIT, onChoose, isChosen }: DataTableProps<Row>) {
  const [order, setOrder] = useState<Order>();
  const [isWhole, setWhole] = useState(false);
  const sorted = order === undefined ? rows : sortedBy(rows, columns[order.column], order.isDescending);
  const shown = isWhole ? sorted : sorted.slice(0, limit);
  const isNumeric = columns.map(({ value }) => rows.some((row) => typeof value(row) === 'number'));
  return (
    // The keyboard scrolls a region that takes focus.
    <div class="table" tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name }, i) => (
              <th key={name} scope="col" class={isNumeric[i] ? 'number' : undefined} aria-sort={order?.column === i ? (order.isDescending ? 'descending' : 'ascending') : undefined}>
                <button type="button" onClick={() => setOrder({ column: i, isDescending: order?.column === i ? !order.isDescending : isNumeric[i] })}>{name}</button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, r) => (
            <tr key={r} aria-current={isChosen?.(row) ? 'true' : undefined}>
              {columns.map(({ name, value, show }, i) => {
                const content = show?.(row) ?? value(row) ?? '–';
                return <td key={name} class={isNumeric[i] ? 'number' : undefined}>{i === 0 && onChoose ? <button type="button" class="link" onClick={() => onChoose(row)}>{content}</button> : content}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > limit && <button type="button" class="more" onClick={() => setWhole(!isWhole)}>{isWhole ? `Show ${limit}` : `Show all ${rows.length.toLocaleString('en-GB')}`}</button>}
    </div>
  );
}

function sortedBy<Row>(rows: readonly Row[], { value }: Column<Row>, isDescending: boolean): Row[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(value(a), value(b)));
}

function compare(a: number | string | undefined, b: number | string | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '').localeCompare(String(b ?? ''), 'en');
}
