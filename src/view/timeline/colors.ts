/** The colour of each kind of slice: work is strong, waiting is grey, the program is pale. */
import type { Theme } from '../theme.tsx';

/** Index into Theme.series, and how much of that colour there is on the paper. */
type Paint = readonly [series: number, strength: number];

const GREY = 7;
const PAINTS: Readonly<Record<string, Paint>> = {
  roots: [0, 1], root: [0, 0.6], scan: [2, 1], steal: [1, 1], handoff: [4, 1], flush: [5, 1], stop: [3, 1], collect: [3, 0.6], start: [3, 0.4],
  sweep: [6, 1], 'sweep rest': [6, 0.6], mutator: [0, 0.2], schedule: [0, 0.1],
  'getfull spin': [GREY, 0.6], 'getfull yield': [GREY, 0.42], 'getfull sleep': [GREY, 0.26], wait: [GREY, 0.18], stopped: [GREY, 0.14], idle: [GREY, 0.08], worldsema: [GREY, 0.18],
};

/** The colour of a fill and of text on it. */
export interface Color {
  readonly fill: string;
  readonly text: string;
}

/** Returns the colours of `kinds`, by index. A kind without a colour of its own has one of the series. */
export function colorsOf(kinds: readonly { readonly name: string }[], theme: Theme): Color[] {
  let unknown = 0;
  return kinds.map(({ name }) => {
    const [series, strength] = Object.hasOwn(PAINTS, name) ? PAINTS[name] : [unknown++ % GREY, 1];
    const rgb = mixed(rgbOf(theme.series[series]), rgbOf(theme.paper), strength);
    return { fill: `rgb(${rgb.join(',')})`, text: textOn(rgb, theme) };
  });
}

type Rgb = readonly [number, number, number];

/** Reads "#rrggbb". */
function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return a.map((each, i) => Math.round(each * share + b[i] * (1 - share))) as unknown as Rgb;
}

/** Returns ink or paper, whichever has more contrast to `rgb`. */
function textOn(rgb: Rgb, { ink, paper }: Theme): string {
  return contrast(rgb, rgbOf(ink)) >= contrast(rgb, rgbOf(paper)) ? ink : paper;
}

/** The contrast ratio of WCAG 2. */
function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
