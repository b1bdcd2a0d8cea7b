/** The overview: all of each timeline on a strip. Dragging on it chooses what is in view; dragging the window moves it, its edges resize it. */
import { useRef, useState } from 'preact/hooks';
import { Canvas, type Surface } from '../parts/canvas.tsx';
import { useTheme } from '../theme.tsx';
import { colorsOf } from './colors.ts';
import { drawSlices } from './draw-slices.ts';
import { layoutOf, RIGHT, scaleOf, type LaneBox } from './layout.ts';
import type { Prepared } from './prepared.ts';
import { isWhole, panned, within, type Range } from './range.ts';
import { formatTime } from './time.ts';

interface OverviewProps {
  /** One or more, of the same clock's unit. */
  readonly shown: readonly { readonly prepared: Prepared; readonly originNs: number }[];
  readonly whole: Range;
  readonly range: Range;
  readonly setRange: (next: (range: Range) => Range) => void;
}

const HEIGHT = 44;
/** The pointer takes an edge of the window from so many pixels away. */
const EDGE = 6;

type Drag = { readonly form: 'brush'; readonly anchorNs: number } | { readonly form: 'move'; readonly lastNs: number };

export function Overview({ shown, whole, range, setRange }: OverviewProps) {
  const theme = useTheme();
  const [width, setWidth] = useState(0);
  const drag = useRef<Drag | undefined>(undefined);
  const picture = useRef<{ readonly key: readonly unknown[]; readonly canvas: HTMLCanvasElement } | undefined>(undefined);
  const { left } = layoutOf(shown[0].prepared, width);
  const scale = scaleOf(whole, 0, left, width);

  const time = (ns: number): string => formatTime(shown[0].prepared.timeline.clock, ns);

  function placeOf(event: PointerEvent & { currentTarget: HTMLCanvasElement }): number {
    return event.clientX - event.currentTarget.getBoundingClientRect().left;
  }
  function start(x: number): Drag {
    const [from, to] = [scale.x(range.fromNs), scale.x(range.toNs)];
    if (!isWhole(whole, range)) {
      if (Math.abs(x - from) <= EDGE) return { form: 'brush', anchorNs: range.toNs };
      if (Math.abs(x - to) <= EDGE) return { form: 'brush', anchorNs: range.fromNs };
      if (x > from && x < to) return { form: 'move', lastNs: scale.ns(x) };
    }
    return { form: 'brush', anchorNs: scale.ns(x) };
  }
  function move(x: number): void {
    const at = scale.ns(x);
    const current = drag.current;
    if (current?.form === 'brush') setRange(() => within(whole, { fromNs: Math.min(at, current.anchorNs), toNs: Math.max(at, current.anchorNs) }));
    if (current?.form === 'move') {
      drag.current = { form: 'move', lastNs: at };
      setRange((now) => panned(whole, now, at - current.lastNs));
    }
  }

  /** Draws the lanes; they are the same until what is shown, the width or the theme changes. */
  function lanesPicture({ width: w }: Surface): HTMLCanvasElement {
    const key = [w, devicePixelRatio, theme, whole.fromNs, whole.toNs, ...shown.map(({ prepared }) => prepared)];
    const known = picture.current;
    if (known !== undefined && known.key.length === key.length && known.key.every((each, i) => each === key[i])) return known.canvas;
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(w * devicePixelRatio);
    canvas.height = Math.round(HEIGHT * devicePixelRatio);
    const ctx = canvas.getContext('2d')!;
    ctx.scale(devicePixelRatio, devicePixelRatio);
    const share = (HEIGHT - 8) / shown.length;
    for (const [i, { prepared, originNs }] of shown.entries()) {
      const rowHeight = share / Math.max(1, prepared.levels.length);
      const lanes = prepared.levels.map((_, lane): LaneBox => ({ top: 4 + share * i + rowHeight * lane, rowHeight: Math.max(1.5, rowHeight), levels: 1, bandY: 0 }));
      drawSlices({
        ctx,
        prepared: { ...prepared, levels: prepared.levels.map((levels) => levels.slice(0, 1)) },
        layout: { left, lanes, counters: [], lanesBottom: HEIGHT, height: HEIGHT },
        scale: scaleOf(whole, originNs, left, w),
        colors: colorsOf(prepared.timeline.kinds, theme).map(({ fill }) => ({ fill, text: 'transparent' })),
        right: w - RIGHT,
      });
    }
    picture.current = { key, canvas };
    return canvas;
  }
  function draw(surface: Surface): void {
    const { ctx, width: w } = surface;
    ctx.drawImage(lanesPicture(surface), 0, 0, w, HEIGHT);
    const [from, to] = [Math.max(left, scale.x(range.fromNs)), Math.min(w - RIGHT, scale.x(range.toNs))];
    ctx.fillStyle = theme.paper;
    ctx.globalAlpha = 0.7;
    ctx.fillRect(left, 0, from - left, HEIGHT);
    ctx.fillRect(to, 0, w - RIGHT - to, HEIGHT);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = theme.accent;
    ctx.lineWidth = 2;
    ctx.strokeRect(from, 1, Math.max(1, to - from), HEIGHT - 2);
    ctx.fillStyle = theme.muted;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(left > 60 ? 'overview' : 'all', 0, HEIGHT / 2);
  }

  return (
    <Canvas
      label={`Overview: ${time(range.fromNs)} to ${time(range.toNs)} of ${time(whole.fromNs)} to ${time(whole.toNs)} are in view. Drag to choose.`}
      class="canvas brush"
      height={HEIGHT}
      draw={draw}
      onWidth={setWidth}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = start(placeOf(event));
      }}
      onPointerMove={(event) => move(placeOf(event))}
      onPointerUp={() => { drag.current = undefined; }}
      onPointerCancel={() => { drag.current = undefined; }}
    />
  );
}
