/** The history of a heap, prepared for drawing. */
import { percentile, utilizationOf } from '../report/mmu.ts';
import type { History } from '../report/history.ts';

/** The heap at one moment; bytes. */
export interface Moment {
  readonly atNs: number;
  readonly allocated: number;
  readonly live: number | null;
  readonly goal: number | null;
  readonly inUse: number;
  readonly arena: number;
}

export interface PauseRow {
  readonly cycle: number;
  readonly startNs: number;
  readonly durationNs: number;
  readonly allocated: number;
}

/** Returns the samples as rows. A column that is shorter than the others ends them. */
export function momentsOf({ samples }: History): Moment[] {
  const { atNs, allocated, live, goal, inUse, arena } = samples;
  const length = Math.min(...[atNs, allocated, live, goal, inUse, arena].map((column) => column.length));
  return Array.from({ length }, (_, i) => ({ atNs: atNs[i], allocated: allocated[i], live: live[i], goal: goal[i], inUse: inUse[i], arena: arena[i] }));
}

/** Returns the allocated bytes at the samples and, exactly, at the end of each mark, in order. */
export function allocatedOf(moments: readonly Moment[], pauses: readonly PauseRow[]): { readonly atNs: number; readonly bytes: number }[] {
  return [
    ...moments.map(({ atNs, allocated }) => ({ atNs, bytes: allocated })),
    ...pauses.map(({ startNs, durationNs, allocated }) => ({ atNs: startNs + durationNs, bytes: allocated })),
  ].sort((a, b) => a.atNs - b.atNs);
}

export function pausesOf({ pauses: { cycle, startNs, durationNs, allocated } }: History): PauseRow[] {
  return cycle.map((n, i) => ({ cycle: n, startNs: startNs[i], durationNs: durationNs[i], allocated: allocated[i] }));
}

/** The shares of pauses that are at most as long as a percentile. */
export const PERCENTILES = [0.5, 0.9, 0.99, 1] as const;

export function percentilesOf({ pauses: { durationNs } }: History): { readonly share: number; readonly ns: number }[] {
  return durationNs.length === 0 ? [] : PERCENTILES.map((share) => ({ share, ns: percentile(durationNs, share) }));
}

/** Windows of the table of utilization, ns. */
const WINDOWS = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11];

/** Returns the MMU for windows of powers of ten that are shorter than the run, and for the run. */
export function windowsOf({ pauses, endNs }: History): { readonly windowNs: number; readonly share: number }[] {
  return [...WINDOWS.filter((ns) => ns < endNs), endNs].map((windowNs) => ({ windowNs, share: utilizationOf({ ...pauses, endNs }, windowNs) }));
}

/** Returns the index of the last moment at or before `atNs`; 0 before the first. */
export function momentAt(moments: readonly Moment[], atNs: number): number {
  let low = 0;
  let high = moments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (moments[middle].atNs <= atNs) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Returns round values from 0 to `most`, about `wanted` of them: multiples of a power of `base` by 1, 2 or 5, or by 1, 2 or 4 if the base is 2. */
export function roundTicks(most: number, wanted: number, base: 2 | 10): number[] {
  if (!(most > 0)) return [0];
  const least = most / wanted;
  let step: number;
  if (base === 2) step = 2 ** Math.ceil(Math.log2(least));
  else {
    const power = 10 ** Math.floor(Math.log10(least));
    step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= least)!;
  }
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}
