/** The grid of the heap map: a cell for each page, with a cursor that the pointer and the keyboard move. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { formatBytes, formatCount } from '../../base/units.ts';
import type { HeapMapField } from '../../report/heap-map.ts';
import { colorer, rgbOf, type Coloring } from '../heap-map-colors.ts';
import { factsOf, gridFor, pageAt, type Grid, type MapModel } from '../heap-map-model.ts';
import { useTheme, type Theme } from '../theme.tsx';
import { Canvas, type Surface } from './canvas.tsx';

interface HeapGridProps {
  readonly model: MapModel;
  readonly field: HeapMapField;
  /** Pages of the largest snapshot: the layout is the same for all. */
  readonly mostPages: number;
  readonly coloring: Coloring;
  /** The page under the cursor. */
  readonly page: number | undefined;
  /** The row of the span that is open. */
  readonly opened: number | undefined;
  readonly onPage: (page: number | undefined) => void;
  readonly onOpen: (page: number) => void;
}

/** Height that the grid aims at, CSS pixels. */
const HEIGHT = 520;
/** Cells from this size on show where spans end. */
const SHOWS_ENDS = 5;
/** Rows that Page Up and Page Down move by. */
const LEAP = 16;
/** Width assumed before the canvas is measured. */
const USUAL_WIDTH = 960;

export function HeapGrid({ model, field, mostPages, coloring, page, opened, onPage, onOpen }: HeapGridProps) {
  const theme = useTheme();
  const [width, setWidth] = useState(USUAL_WIDTH);
  const canvas = useRef<HTMLCanvasElement>(null);
  const grid = gridFor(mostPages, width, HEIGHT);
  const pages = model.rowOfPage.length;
  const picture = useMemo(() => paintPages(model, field, coloring, theme, grid), [model, coloring, theme, grid.columns, grid.cell]);

  function pageUnder({ offsetX, offsetY }: MouseEvent): number | undefined {
    return pageAt(grid, pages, offsetX, offsetY);
  }

  function move(event: KeyboardEvent): void {
    const at = page ?? 0;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + grid.columns, ArrowUp: at - grid.columns,
      PageDown: at + LEAP * grid.columns, PageUp: at - LEAP * grid.columns, Home: 0, End: pages - 1,
    };
    if (event.key === 'Enter' || event.key === ' ') onOpen(at);
    else if (event.key in moves) onPage(Math.max(0, Math.min(pages - 1, moves[event.key])));
    else return;
    event.preventDefault();
  }

  function draw({ ctx }: Surface): void {
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(picture, 0, 0, grid.columns * grid.cell, grid.rows * grid.cell);
    // Pages that the heap takes later.
    if (pages < mostPages) {
      ctx.strokeStyle = theme.line;
      ctx.strokeRect(0.5, 0.5, grid.columns * grid.cell - 1, grid.rows * grid.cell - 1);
    }
    if (opened !== undefined) outline(ctx, grid, model, opened, theme.ink, 2);
    if (page !== undefined && page < pages) outline(ctx, grid, model, model.rowOfPage[page], theme.ink, 1);
  }

  return (
    <Canvas
      canvasRef={canvas}
      label={`Map of ${formatCount(pages)} pages, ${formatBytes(grid.columns * field.pageBytes)} a row, coloured by ${coloring}. The arrow keys move, Enter opens the span. The tables below have the sums.`}
      role="application"
      tabIndex={0}
      height={grid.rows * grid.cell}
      style={{ height: `${grid.rows * grid.cell}px`, cursor: 'crosshair', touchAction: 'pan-y' }}
      draw={draw}
      onWidth={setWidth}
      onPointerMove={(event) => onPage(pageUnder(event))}
      onClick={(event) => {
        const under = pageUnder(event);
        if (under !== undefined) onOpen(under);
      }}
      onKeyDown={move}
    />
  );
}

/** Paints each page: one pixel for a page if cells are small, else the cells with the ends of spans. */
function paintPages(model: MapModel, field: HeapMapField, coloring: Coloring, theme: Theme, { columns, rows, cell }: Grid): HTMLCanvasElement {
  const scale = cell >= SHOWS_ENDS ? cell : 1;
  const canvas = document.createElement('canvas');
  canvas.width = columns * scale;
  canvas.height = rows * scale;
  const ctx = canvas.getContext('2d')!;
  const image = ctx.createImageData(canvas.width, canvas.height);
  const colorOf = colorer(coloring, theme, field.classes.length);
  const [paperRed, paperGreen, paperBlue] = rgbOf(theme.paper);
  const { firstPage } = model;
  const { data } = image;
  for (let row = 0; row < firstPage.length; row++) {
    const facts = factsOf(model, field, row);
    const [red, green, blue] = colorOf(facts);
    for (let page = facts.firstPage; page < facts.firstPage + facts.pages; page++) {
      const x = (page % columns) * scale;
      const y = Math.floor(page / columns) * scale;
      const isLast = page + 1 === facts.firstPage + facts.pages;
      for (let dy = 0; dy < scale; dy++) {
        let at = ((y + dy) * canvas.width + x) * 4;
        for (let dx = 0; dx < scale; dx++, at += 4) {
          const isEdge = scale > 1 && (dy === scale - 1 || (isLast && dx === scale - 1));
          data[at] = isEdge ? paperRed : red;
          data[at + 1] = isEdge ? paperGreen : green;
          data[at + 2] = isEdge ? paperBlue : blue;
          data[at + 3] = 255;
        }
      }
    }
  }
  ctx.putImageData(image, 0, 0);
  return canvas;
}

/** Draws a line around the pages of a span, row by row of the grid. */
function outline(ctx: CanvasRenderingContext2D, { columns, cell }: Grid, { map, firstPage }: MapModel, row: number, color: string, width: number): void {
  const first = firstPage[row];
  const last = first + map.spans.pages[row] - 1;
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  const top = Math.floor(first / columns);
  const bottom = Math.floor(last / columns);
  const [left, right] = [(first % columns) * cell, ((last % columns) + 1) * cell];
  const edge = columns * cell;
  ctx.beginPath();
  if (top === bottom) ctx.rect(left, top * cell, right - left, cell);
  else {
    // The first row begins within the grid, and the last one ends there.
    ctx.moveTo(left, top * cell);
    ctx.lineTo(edge, top * cell);
    ctx.lineTo(edge, bottom * cell);
    ctx.lineTo(right, bottom * cell);
    ctx.lineTo(right, (bottom + 1) * cell);
    ctx.lineTo(0, (bottom + 1) * cell);
    ctx.lineTo(0, (top + 1) * cell);
    ctx.lineTo(left, (top + 1) * cell);
    ctx.closePath();
  }
  ctx.stroke();
}
