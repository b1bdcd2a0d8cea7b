/** Colours of the heap map: a colour for each span, by its state, its occupancy, its size class or its marks. */
import { MAP_STATE, type SpanColumns } from '../inspect/heap-map-form.ts';
import type { HeapMapField } from '../report/heap-map.ts';
import { hasBlocks } from './heap-map-model.ts';
import type { Theme } from './theme.tsx';

export const COLORINGS = ['state', 'occupancy', 'size class', 'marks'] as const;
export type Coloring = (typeof COLORINGS)[number];

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Parses #rrggbb, as style.css has its colours. */
export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${red}, ${green}, ${blue})`;
}

/** Returns the colour at `share` of the way from one to another. */
export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => Math.round(from[i] + (to[i] - from[i]) * share)) as unknown as Rgb;
}

/** The colour of each state, in the order of MAP_STATES. */
export function stateColors({ paper, line, series, bad }: Theme): Rgb[] {
  return [paper, series[0], line, series[3], series[1], bad].map(rgbOf);
}

/** The least share of colour in a ramp, so that an empty span differs from a free one. */
const FAINT = 0.12;
/** Steps of a ramp. */
const STEPS = 64;

/** Returns a colour as a word of ImageData on a little-endian machine, as all that run browsers are. */
function pixelOf([red, green, blue]: Rgb): number {
  return (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Returns the pixels from one colour to another, by share. */
function ramp(from: Rgb, to: Rgb): (share: number) => number {
  const pixels = Array.from({ length: STEPS + 1 }, (_, step) => pixelOf(mix(from, to, step / STEPS)));
  return (share) => pixels[Math.round(Math.max(0, Math.min(1, share)) * STEPS)];
}

/** Returns the function that gives the pixel of each row of `spans`. @param classes the size classes of the map */
export function painter(coloring: Coloring, theme: Theme, { state, sizeclass, allocated, marked }: SpanColumns, classes: HeapMapField['classes']): (row: number) => number {
  const states = stateColors(theme);
  const [paper, low, high, garbage, live] = [theme.paper, theme.series[1], theme.series[0], theme.bad, theme.good].map(rgbOf);
  if (coloring === 'state') {
    const pixels = states.map(pixelOf);
    return (row) => pixels[state[row]];
  }
  const quiet = states.map((_, each) => pixelOf(each === MAP_STATE.gap ? paper : mix(paper, states[MAP_STATE.free], 0.6)));
  const of = (share: (row: number) => number) => (row: number) => (hasBlocks(state[row]) ? share(row) : quiet[state[row]]);
  if (coloring === 'occupancy') {
    const pixel = ramp(mix(paper, high, FAINT), high);
    return of((row) => pixel(allocated[row] / classes[sizeclass[row]].blocks));
  }
  if (coloring === 'marks') {
    const pixel = ramp(garbage, live);
    return of((row) => pixel(allocated[row] === 0 ? 0 : marked[row] / allocated[row]));
  }
  const pixel = ramp(low, high);
  const large = pixelOf(rgbOf(theme.series[3]));
  return of((row) => (sizeclass[row] === 0 ? large : pixel((sizeclass[row] - 1) / Math.max(1, classes.length - 2))));
}
