/** Times in words and on an axis, in the unit of the timeline's clock. */
import { scaleLinear } from 'd3-scale';
import { formatCount, formatNs, plural, timeColumn } from '../../base/units.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { Range } from './range.ts';

export type Clock = Timeline['clock'];

/** An access to shared memory, on the clock of steps. */
const STEP_NS = 1000;
const UNITS = [{ name: 'ns', ns: 1 }, { name: 'µs', ns: 1e3 }, { name: 'ms', ns: 1e6 }, { name: 's', ns: 1e9 }] as const;

/** Formats a duration: "1.25 ms", "12 steps". */
export function formatTime(clock: Clock, ns: number): string {
  if (clock === 'steps') return plural(Math.round(ns / STEP_NS), 'step');
  return ns < 0 ? `−${formatNs(-ns)}` : formatNs(ns);
}

/** One unit shows no times that differ by more. */
const MOST_RATIO = 10_000;

/** Returns a format for a column of times: one unit and aligned digits, unless the unit is nanoseconds or can't show both the longest and the shortest. */
export function timesFormat(clock: Clock, values: readonly number[]): (ns: number) => string {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const longest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const shortest = sizes.reduce((least, size) => Math.min(least, size), longest);
  if (clock === 'steps' || longest < UNITS[1].ns || longest > shortest * MOST_RATIO) return (ns) => formatTime(clock, ns);
  const format = timeColumn([shortest, longest]);
  return (ns) => format(ns).replace('-', '−');
}

/** Returns the unit of times of which the greatest is `mostNs`. */
function unitOf(mostNs: number): (typeof UNITS)[number] {
  return UNITS.findLast(({ ns }) => mostNs >= ns) ?? UNITS[0];
}

function decimalsFor(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

function inUnit(value: number, decimals: number, unit: string): string {
  const digits = value.toFixed(decimals);
  return `${Number(digits) === 0 ? digits.replace('-', '') : digits.replace('-', '−')} ${unit}`;
}

/** Returns a format for moments up to `mostNs` that tells those apart that lie `stepNs` from each other. */
export function momentsFormat(clock: Clock, mostNs: number, stepNs: number): (ns: number) => string {
  if (clock === 'steps') return (ns) => formatTime(clock, ns);
  const unit = unitOf(mostNs);
  const decimals = stepNs > 0 ? decimalsFor(Math.max(1, stepNs) / unit.ns) : 0;
  return (ns) => inUnit(ns / unit.ns, decimals, unit.name);
}

export interface Tick {
  readonly atNs: number;
  readonly label: string;
}

/** Returns about `wanted` round moments of `range`. Their labels have one unit, and as many decimals as tell them apart. */
export function ticksOf(clock: Clock, range: Range, wanted: number): Tick[] {
  if (clock === 'steps') {
    const steps = scaleLinear([range.fromNs / STEP_NS, range.toNs / STEP_NS], [0, 1]).ticks(wanted).filter(Number.isInteger);
    return steps.map((step) => ({ atNs: step * STEP_NS, label: formatCount(step) }));
  }
  const unit = unitOf(Math.max(Math.abs(range.fromNs), Math.abs(range.toNs)));
  const moments = scaleLinear([range.fromNs / unit.ns, range.toNs / unit.ns], [0, 1]).ticks(wanted);
  const decimals = moments.length > 1 ? decimalsFor(moments[1] - moments[0]) : 0;
  return moments.map((moment) => ({ atNs: moment * unit.ns, label: inUnit(moment, decimals, unit.name) }));
}
