/** A treemap on a canvas. The pointer and the arrow keys move over its outer tiles; a click, Enter and Escape open and close them. */
import { useMemo, useState } from 'preact/hooks';
import type { Tile } from '../composition-tree.ts';
import { layOut, neighbour, tileAt, type Placed } from '../treemap-layout.ts';
import { Canvas, type Surface } from './canvas.tsx';

interface TreemapProps {
  readonly label: string;
  readonly root: Tile;
  /** Index of a tile's colour in Theme.series; undefined for a quiet one. */
  readonly colorOf: (tile: Tile) => number | undefined;
  readonly format: (bytes: number) => string;
  /** Describes a tile in one line. */
  readonly describe: (tile: Tile) => string;
  readonly isChosen: (tile: Tile) => boolean;
  /** Opens an outer tile. `inner` is the tile that was hit: the same or one inside. */
  readonly onOpen: (tile: Tile, inner: Tile) => void;
  /** Leaves the root for the tile that holds it. */
  readonly onLeave: () => void;
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
/** Height by width, and its bounds in pixels. */
const SHAPE = { ratio: 0.42, least: 300, most: 620 };
/** A label needs this much room beside it. */
const INSET = 5;
const LINE = 14;
/** Between a label and the bytes behind it. */
const GAP = 8;

export function Treemap({ label, root, colorOf, format, describe, isChosen, onOpen, onLeave }: TreemapProps) {
  const [width, setWidth] = useState(0);
  const [current, setCurrent] = useState<string>();
  const [hovered, setHovered] = useState<Tile>();
  const height = Math.round(Math.min(SHAPE.most, Math.max(SHAPE.least, width * SHAPE.ratio)));
  const placed = useMemo(() => layOut(root, width, height), [root, width, height]);
  const outer = placed.filter(({ depth }) => depth === 1);
  const focused = outer.find(({ tile }) => tile.key === current);
  function at(event: MouseEvent): Placed | undefined {
    return tileAt(placed, event.offsetX, event.offsetY);
  }
  function press(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    setHovered(undefined);
    if (arrow !== undefined) setCurrent((focused === undefined ? outer[0] : neighbour(placed, focused, arrow))?.tile.key);
    else if (event.key === 'Home' || event.key === 'End') setCurrent(outer.at(event.key === 'Home' ? 0 : -1)?.tile.key);
    else if ((event.key === 'Enter' || event.key === ' ') && focused !== undefined) onOpen(focused.tile, focused.tile);
    else if (event.key === 'Escape' || event.key === 'Backspace') onLeave();
    else return;
    event.preventDefault();
  }
  return (
    <>
      <Canvas
        label={`${label} Arrow keys move between tiles, Enter opens one, Escape closes it.`}
        role="application"
        aria-roledescription="treemap"
        tabIndex={0}
        class="canvas treemap"
        height={height}
        onWidth={setWidth}
        draw={(surface) => draw(surface, placed, { colorOf, format, isChosen, current })}
        onMouseMove={(event: MouseEvent) => {
          const hit = at(event);
          setCurrent(hit?.top.key);
          setHovered(hit?.tile);
        }}
        onMouseLeave={() => {
          setCurrent(undefined);
          setHovered(undefined);
        }}
        onClick={(event: MouseEvent) => {
          const hit = at(event);
          setHovered(undefined);
          if (hit !== undefined) onOpen(hit.top, hit.tile);
        }}
        onFocus={() => setCurrent((key) => key ?? outer[0]?.tile.key)}
        onKeyDown={press}
      />
      <p class="muted tile-line" role="status">{describe(hovered ?? focused?.tile ?? root)}</p>
    </>
  );
}

type Looks = Pick<TreemapProps, 'colorOf' | 'format' | 'isChosen'> & { readonly current: string | undefined };

function draw({ ctx, theme }: Surface, placed: readonly Placed[], { colorOf, format, isChosen, current }: Looks): void {
  ctx.textBaseline = 'top';
  for (const { tile, top, depth, x, y, width, height, hasHeading } of placed) {
    const color = colorOf(tile);
    if (depth > 1) {
      ctx.fillStyle = theme.paper;
      ctx.fillRect(x, y, width, height);
    }
    const strength = tile.isRest ? 0.5 : depth === 1 ? 1 : 1.5;
    ctx.globalAlpha = (theme.isDark ? 0.3 : 0.2) * strength + (top.key === current ? 0.08 : 0);
    ctx.fillStyle = color === undefined ? theme.muted : theme.series[color % theme.series.length];
    ctx.fillRect(x, y, width, height);
    ctx.globalAlpha = 1;
    const ink = tile.isRest ? theme.muted : theme.ink;
    write(ctx, tile.label, x + INSET, y + 2, width - 2 * INSET, hasHeading ? LINE : height - 2, ink, hasHeading ? { text: format(tile.bytes), color: theme.muted } : undefined);
    if (!hasHeading && height >= 2 * LINE + 4) write(ctx, format(tile.bytes), x + INSET, y + 2 + LINE, width - 2 * INSET, LINE, ink);
  }
  for (const { tile, x, y, width, height } of placed) if (isChosen(tile)) frame(ctx, x, y, width, height, theme.ink);
  const focused = placed.find(({ tile, depth }) => depth === 1 && tile.key === current);
  if (focused !== undefined) frame(ctx, focused.x, focused.y, focused.width, focused.height, theme.accent);
}

function frame(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 2;
  ctx.strokeRect(x + 1, y + 1, width - 2, height - 2);
}

/** Writes a line where there is room for some of it, and `more` behind it where there is room for all. */
function write(ctx: CanvasRenderingContext2D, text: string, x: number, y: number, width: number, height: number, color: string, more?: { readonly text: string; readonly color: string }): void {
  const shown = fitted(ctx, text, width);
  if (height < LINE || shown === '') return;
  ctx.fillStyle = color;
  ctx.fillText(shown, x, y + 1);
  const used = ctx.measureText(shown).width;
  if (more === undefined || shown !== text || used + GAP + ctx.measureText(more.text).width > width) return;
  ctx.fillStyle = more.color;
  ctx.fillText(more.text, x + used + GAP, y + 1);
}

/** Returns `text`, cut with an ellipsis to `width` pixels; '' if less than three characters fit. */
function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (ctx.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low < 3 ? '' : `${text.slice(0, low)}…`;
}
