/** The matrix of protocol edges and scenarios, with a heading for each, a cursor, and the same facts as a table. */
import { useRef, useState } from 'preact/hooks';
import { formatCount, plural } from '../../base/units.ts';
import { ROW_FILTERS, strengthOf, type Cell, type EdgeRow, type Matrix, type RowFilter } from '../edge-matrix.ts';
import { Canvas, type Surface } from '../parts/canvas.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { formatSeconds } from '../../base/time-unit.ts';

/** CSS pixels from one cell to the next, and between squares. */
const PITCH = 15;
const GAP = 2;
/** The weakest colour of an edge that was passed. */
const FAINTEST = 0.25;

interface Place {
  readonly row: number;
  readonly column: number;
}

const STEPS: Readonly<Record<string, Place>> = {
  ArrowUp: { row: -1, column: 0 }, ArrowDown: { row: 1, column: 0 }, ArrowLeft: { row: 0, column: -1 }, ArrowRight: { row: 0, column: 1 },
  PageUp: { row: -10, column: 0 }, PageDown: { row: 10, column: 0 }, Home: { row: 0, column: -Infinity }, End: { row: 0, column: Infinity },
};

export function EdgeMatrix({ matrix }: { readonly matrix: Matrix }) {
  const [filter, setFilter] = useState<RowFilter>('all');
  const [place, setPlace] = useState<Place>();
  const region = useRef<HTMLDivElement>(null);
  const { scenarios, impossible } = matrix;
  const rows = matrix.rows.filter(ROW_FILTERS[filter].shows);
  const never = matrix.rows.filter(ROW_FILTERS.never.shows).length;
  const cursor = place !== undefined && place.row < rows.length ? place : undefined;
  function put(row: number, column: number): Place {
    const to = { row: clamp(row, rows.length), column: clamp(column, scenarios.length) };
    if (to.row !== cursor?.row || to.column !== cursor.column) setPlace(to);
    return to;
  }
  function onKeyDown(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const from = cursor ?? { row: 0, column: 0 };
    reveal(region.current!, put(from.row + step.row, from.column + step.column));
  }
  return (
    <>
      <h3>Coverage of protocol edges</h3>
      <div class="row">
        <label>Show <select value={filter} onChange={({ currentTarget }) => setFilter(currentTarget.value as RowFilter)}>
          {Object.entries(ROW_FILTERS).map(([key, { name, shows }]) => <option key={key} value={key}>{name} ({matrix.rows.filter(shows).length})</option>)}
        </select></label>
        <Legend hasUnknown={matrix.rows.some(({ cells }) => cells.some(({ kind }) => kind === 'unknown'))} />
      </div>
      <p class="muted">
        {never === 0 ? 'Every edge that could be passed was passed.' : `No scenario passed ${never === 1 ? 'the edge in red' : `the ${formatCount(never)} edges in red`}.`}
        {impossible > 0 && ` ${plural(impossible, 'edge')} ${impossible === 1 ? 'is' : 'are'} left out, in code that these scenarios never reach.`}
      </p>
      <p class="readout" aria-live="polite">{cursor === undefined ? 'Point at a square, or move with the arrow keys.' : describe(rows[cursor.row], cursor.column, matrix)}</p>
      {rows.length > 0 && (
        <div ref={region} class="matrix" tabIndex={0} role="region" aria-label="Matrix of protocol edges and scenarios">
          <div class="matrix-grid" onPointerLeave={() => setPlace(undefined)}>
            <div class="matrix-corner" />
            <div class="matrix-columns" aria-hidden="true">
              {scenarios.map((name, i) => <div key={i} class={cursor?.column === i ? 'lit' : undefined} title={name}><span>{name}</span></div>)}
            </div>
            <div class="matrix-rows" aria-hidden="true">
              {rows.map((row, i) => <RowHead key={i} row={row} isFirst={row.protocol !== rows[i - 1]?.protocol} isLit={cursor?.row === i} />)}
            </div>
            <div style={{ width: `${scenarios.length * PITCH}px` }}>
              <Canvas
                label={`Protocol edges by scenario: ${rows.length} edges, ${scenarios.length} scenarios. The table below has the same facts.`}
                height={rows.length * PITCH}
                draw={(surface) => draw(surface, rows, matrix, cursor)}
                role="application"
                tabIndex={0}
                onKeyDown={onKeyDown}
                onPointerMove={({ offsetX, offsetY }) => void put(Math.floor(offsetY / PITCH), Math.floor(offsetX / PITCH))}
              />
            </div>
          </div>
        </div>
      )}
      <details>
        <summary>The matrix as a table</summary>
        <EdgeTable matrix={matrix} rows={rows} />
      </details>
    </>
  );
}

/** Scrolls the matrix so that the square at `place` is not under the headings or outside. */
function reveal(region: HTMLElement, { row, column }: Place): void {
  const corner = region.querySelector('.matrix-corner')!;
  const [left, top] = [column * PITCH, row * PITCH];
  const [width, height] = [region.clientWidth - corner.clientWidth, region.clientHeight - corner.clientHeight];
  region.scrollTo({
    left: Math.min(left, Math.max(region.scrollLeft, left + PITCH - width)),
    top: Math.min(top, Math.max(region.scrollTop, top + PITCH - height)),
  });
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}

function RowHead({ row: { protocol, name, passedBy, possibleIn }, isFirst, isLit }: { readonly row: EdgeRow; readonly isFirst: boolean; readonly isLit: boolean }) {
  const classes = [isLit && 'lit', isFirst && 'first', passedBy === 0 && 'bad'].filter(Boolean).join(' ');
  return (
    <div class={classes} title={`${protocol}: ${name}`}>
      <b>{isFirst ? protocol : ''}</b>
      <span>{name}</span>
      <i>{passedBy}/{possibleIn}</i>
    </div>
  );
}

function Legend({ hasUnknown }: { readonly hasUnknown: boolean }) {
  return (
    <ul class="facts legend">
      <li><span class="swatch passed" /> passed, the darker the more often</li>
      <li><span class="swatch missed" /> could be passed, never was</li>
      <li><span class="swatch never" /> no scenario passed it</li>
      {hasUnknown && <li><span class="swatch unknown" /> not passed, and perhaps out of reach</li>}
      <li>blank: out of the scenario's reach</li>
    </ul>
  );
}

/** Returns a sentence on a cell. */
function describe({ protocol, name, cells }: EdgeRow, column: number, { scenarios }: Matrix): string {
  return `${scenarios[column]}, ${protocol}: ${name}: ${describeCell(cells[column])}`;
}

function describeCell({ kind, times, firstSeconds }: Cell): string {
  switch (kind) {
    case 'passed':
      return `${times === 0 ? 'passed' : `passed ${plural(times, 'time')}`}, first after ${formatSeconds(firstSeconds ?? 0)}`;
    case 'never':
      return 'could be passed, never was';
    case 'unknown':
      return 'not passed; it is not known whether it could be';
    case 'impossible':
      return "out of the scenario's reach";
  }
}

function draw({ ctx, theme, width }: Surface, rows: readonly EdgeRow[], matrix: Matrix, cursor: Place | undefined): void {
  const side = PITCH - GAP;
  if (cursor !== undefined) {
    ctx.fillStyle = theme.line;
    ctx.globalAlpha = 0.5;
    ctx.fillRect(0, cursor.row * PITCH, width, PITCH);
    ctx.fillRect(cursor.column * PITCH, 0, PITCH, rows.length * PITCH);
    ctx.globalAlpha = 1;
  }
  rows.forEach(({ protocol, cells, passedBy }, row) => {
    const top = row * PITCH + GAP / 2;
    if (row > 0 && protocol !== rows[row - 1].protocol) {
      ctx.fillStyle = theme.line;
      ctx.fillRect(0, row * PITCH, width, 1);
    }
    cells.forEach((cell, column) => {
      const left = column * PITCH + GAP / 2;
      switch (cell.kind) {
        case 'passed':
          ctx.globalAlpha = FAINTEST + (1 - FAINTEST) * strengthOf(cell, matrix);
          ctx.fillStyle = theme.accent;
          ctx.fillRect(left, top, side, side);
          ctx.globalAlpha = 1;
          break;
        case 'never':
          ctx.strokeStyle = passedBy === 0 ? theme.bad : theme.muted;
          ctx.globalAlpha = passedBy === 0 ? 1 : 0.6;
          ctx.lineWidth = 1.5;
          ctx.strokeRect(left + 1.75, top + 1.75, side - 3.5, side - 3.5);
          ctx.globalAlpha = 1;
          break;
        case 'unknown':
          ctx.fillStyle = theme.muted;
          ctx.fillRect(left + side / 2 - 1, top + side / 2 - 1, 2, 2);
          break;
        case 'impossible':
          break;
      }
    });
  });
  if (cursor !== undefined) {
    ctx.strokeStyle = theme.ink;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(cursor.column * PITCH + 0.75, cursor.row * PITCH + 0.75, PITCH - 1.5, PITCH - 1.5);
  }
}

function EdgeTable({ matrix: { scenarios }, rows }: { readonly matrix: Matrix; readonly rows: readonly EdgeRow[] }) {
  const namesOf = ({ cells }: EdgeRow, kind: Cell['kind']) => scenarios.filter((_, i) => cells[i].kind === kind).join(', ');
  return (
    <DataTable
      caption="Protocol edges"
      rows={rows}
      limit={20}
      columns={[
        { name: 'edge', value: ({ protocol, name }) => `${protocol}: ${name}` },
        { name: 'times', value: ({ times }) => times, show: ({ times }) => formatCount(times) },
        { name: 'passed by', value: ({ passedBy }) => passedBy },
        { name: 'of', value: ({ possibleIn }) => possibleIn },
        { name: 'scenarios that passed it', value: (row) => namesOf(row, 'passed') },
        { name: 'scenarios that could and did not', value: (row) => namesOf(row, 'never') },
      ]}
    />
  );
}
