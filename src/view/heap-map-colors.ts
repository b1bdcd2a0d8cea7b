/** Colours of the heap map: a colour for each span, by its state, its occupancy, its size class or its marks. */
import { MAP_STATE } from '../inspect/heap-map-form.ts';
import { hasBlocks, type SpanFacts } from './heap-map-model.ts';
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

/** Returns the function that colours a span. @param classes the number of size classes */
export function colorer(coloring: Coloring, theme: Theme, classes: number): (facts: SpanFacts) => Rgb {
  const states = stateColors(theme);
  const [paper, low, high, garbage, live] = [theme.paper, theme.series[1], theme.series[0], theme.bad, theme.good].map(rgbOf);
  const quiet = (state: number) => (state === MAP_STATE.gap ? paper : mix(paper, states[MAP_STATE.free], 0.6));
  switch (coloring) {
    case 'state': return ({ state }) => states[state];
    case 'occupancy': return ({ state, allocated, blocks }) => (hasBlocks(state) ? mix(paper, high, FAINT + (1 - FAINT) * Math.min(1, allocated / blocks)) : quiet(state));
    case 'size class': return ({ state, sizeclass }) => {
      if (!hasBlocks(state)) return quiet(state);
      return sizeclass === 0 ? rgbOf(theme.series[3]) : mix(low, high, (sizeclass - 1) / Math.max(1, classes - 2));
    };
    case 'marks': return ({ state, allocated, marked }) => (hasBlocks(state) ? mix(garbage, live, allocated === 0 ? 0 : Math.min(1, marked / allocated)) : quiet(state));
  }
}
