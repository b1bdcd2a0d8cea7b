/** Where the lanes and their steps are on the canvas, in CSS pixels. */

/** The width of the names of the threads. */
export const GUTTER = 84;
/** The height of the numbers above the lanes. */
export const AXIS = 26;
/** Up to this number of threads, lanes are high. */
const FEW = 6;

export function laneHeight(threads: number): number {
  return threads <= FEW ? 30 : 18;
}

/** The part of the execution that the lanes show. */
export interface Window {
  readonly first: number;
  /** Not part of it. */
  readonly end: number;
  readonly stepWidth: number;
}

/** Returns the window around `step` on a canvas of that width; at the ends of the execution the step moves off the middle. */
export function windowAround(step: number, length: number, width: number, stepWidth: number): Window {
  const fits = Math.max(1, Math.floor((width - GUTTER) / stepWidth));
  const first = Math.max(0, Math.min(step - (fits >> 1), length - fits));
  return { first, end: Math.min(length, first + fits), stepWidth };
}

/** Returns the left edge of a step. */
export function leftOf({ first, stepWidth }: Window, step: number): number {
  return GUTTER + (step - first) * stepWidth;
}

/** Returns the step at `x`; undefined if there is none. */
export function stepAtX({ first, end, stepWidth }: Window, x: number): number | undefined {
  const step = first + Math.floor((x - GUTTER) / stepWidth);
  return x < GUTTER || step >= end ? undefined : step;
}

/** Returns the step at `x` of the overview, which shows the whole execution; at its ends the first and the last. */
export function overviewStep(x: number, width: number, length: number): number {
  return Math.max(0, Math.min(length - 1, Math.floor(((x - GUTTER) / Math.max(1, width - GUTTER)) * length)));
}

/** Returns round numbers of steps to mark, about one each `apart` pixels. */
export function stepTicks({ first, end, stepWidth }: Window, omitted: number, apart = 90): number[] {
  const least = apart / stepWidth;
  const power = 10 ** Math.floor(Math.log10(least));
  const every = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= least)!);
  const ticks: number[] = [];
  // Steps count from 1 on the screen.
  for (let number = Math.ceil((first + omitted + 1) / every) * every; number <= end + omitted; number += every) ticks.push(number - omitted - 1);
  return ticks;
}
