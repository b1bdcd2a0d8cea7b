/** The lanes of a timeline on a canvas: drawn, zoomed, moved and pointed at. */
import type { RefObject } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { CriticalPath } from '../../report/critical-path.ts';
import { Canvas, type Surface } from '../parts/canvas.tsx';
import { useTheme } from '../theme.tsx';
import { colorsOf } from './colors.ts';
import { drawAxis, drawCounters, drawNames } from './draw-frame.ts';
import { drawFlows, drawPath } from './draw-links.ts';
import { drawSlices, outlineSlice, type Drawing } from './draw-slices.ts';
import { useGestures } from './gestures.ts';
import { longestIn, rangeAfterKey, sliceAfterKey } from './keys.ts';
import { counterUnder, layoutOf, RIGHT, scaleOf, sliceUnder } from './layout.ts';
import { factsOf, type Prepared, type SliceRef } from './prepared.ts';
import { around, isWhole, panned, widthOf, zoomed, type Range } from './range.ts';
import { linesOfCounter, linesOfSlice, Tip } from './tip.tsx';

export interface Layers {
  readonly flows: boolean;
  readonly path: boolean;
}

interface LanesProps {
  readonly prepared: Prepared;
  readonly path: CriticalPath;
  /** Where the axis says 0, on the timeline's own clock. The ranges are relative to it. */
  readonly originNs: number;
  readonly whole: Range;
  readonly range: Range;
  readonly setRange: (next: (range: Range) => Range) => void;
  readonly layers: Layers;
  readonly selected: SliceRef | undefined;
  readonly select: (slice: SliceRef | undefined) => void;
  /** Selects a slice unless one of these lanes is selected already. */
  readonly offer: (slice: SliceRef | undefined) => void;
  readonly label: string;
  readonly canvasRef: RefObject<HTMLCanvasElement | null>;
}

export function Lanes({ prepared, path, originNs, whole, range, setRange, layers, selected, select, offer, label, canvasRef }: LanesProps) {
  const theme = useTheme();
  const [width, setWidth] = useState(0);
  const [pointer, setPointer] = useState<{ readonly x: number; readonly y: number }>();
  const [hasFocus, setFocus] = useState(false);
  const colors = useMemo(() => colorsOf(prepared.timeline.kinds, theme), [prepared, theme]);
  const layout = useMemo(() => layoutOf(prepared, width), [prepared, width]);
  const scale = scaleOf(range, originNs, layout.left, width);
  const pixels = Math.max(1, width - layout.left - RIGHT);

  const gestures = useGestures({
    pan: (by) => setRange((now) => panned(whole, now, (by / pixels) * widthOf(now))),
    zoom: (factor, x) => setRange((now) => zoomed(whole, now, factor, now.fromNs + (Math.max(0, x - layout.left) / pixels) * widthOf(now))),
    click: (x, y) => select(sliceUnder(prepared, layout, scale, x, y)),
    hover: setPointer,
    canZoomOut: !isWhole(whole, range),
  });

  function onKeyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') {
      select(undefined);
      return;
    }
    const slice = selected && sliceAfterKey(event.key, prepared, selected);
    if (slice !== undefined) select(slice);
    else if (event.key === 'Enter' && selected !== undefined) zoomTo(selected);
    else if (rangeAfterKey(event.key, whole, range) !== undefined) setRange((now) => rangeAfterKey(event.key, whole, now)!);
    else return;
    event.preventDefault();
  }
  function zoomTo(slice: SliceRef): void {
    const { startNs, durationNs } = factsOf(prepared, slice);
    setRange(() => around(whole, startNs - originNs, startNs - originNs + durationNs));
  }

  const hovered = pointer && sliceUnder(prepared, layout, scale, pointer.x, pointer.y);
  const counter = pointer && counterUnder(prepared, layout, scale, pointer.x, pointer.y);
  function draw({ ctx, width: canvasWidth }: Surface): void {
    const drawing: Drawing = { ctx, prepared, layout, scale, colors, right: canvasWidth - RIGHT };
    drawAxis(drawing, theme, originNs);
    drawSlices(drawing);
    drawCounters(drawing, theme);
    if (layers.path) drawPath(drawing, path, theme);
    if (layers.flows) drawFlows(drawing, theme, hovered ?? selected);
    drawNames(drawing, theme);
    for (const slice of [hovered, selected]) if (slice !== undefined) outlineSlice(drawing, slice, theme.ink);
  }

  function tip() {
    const slice = hovered ?? (hasFocus && pointer === undefined ? selected : undefined);
    if (slice !== undefined) {
      const { startNs, lane } = factsOf(prepared, slice);
      const place = hovered === undefined ? { x: Math.max(layout.left, Math.min(width - RIGHT, scale.x(startNs))), y: layout.lanes[lane].top + layout.lanes[lane].rowHeight } : pointer!;
      return <Tip {...place} width={width} lines={linesOfSlice(prepared, slice, originNs)} color={colors[prepared.timeline.lanes[slice.lane].kind[slice.slice]]?.fill} />;
    }
    return counter === undefined ? null : <Tip {...pointer!} width={width} lines={linesOfCounter(prepared, counter.counter, counter.value)} color={undefined} />;
  }

  return (
    <div class="lanes">
      <Canvas
        label={label}
        height={layout.height}
        draw={draw}
        canvasRef={canvasRef}
        onWidth={setWidth}
        tabIndex={0}
        {...gestures}
        onKeyDown={onKeyDown}
        onFocus={() => {
          setFocus(true);
          offer(longestIn(prepared, scale.fromNs, scale.toNs));
        }}
        onBlur={() => setFocus(false)}
      />
      {tip()}
      <p class="visually-hidden" aria-live="polite">{hasFocus && selected !== undefined && linesOfSlice(prepared, selected, originNs).join('. ')}</p>
    </div>
  );
}
