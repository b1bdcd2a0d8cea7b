/**
 * The slices of a lane as a tree and as a line.
 *
 * Invariants: a slice lies within its parent, and its depth is one more. The line covers the asked interval
 * without gap or overlap: each moment belongs to the innermost slice around it, or to none.
 */
import type { Timeline } from './timeline.ts';

export type Lane = Timeline['lanes'][number];

/** The kind of time that no slice covers. */
export const NO_KIND = -1;

/** A part of a line: one kind from a moment to a later one. */
export interface Stretch {
  /** An index into the timeline's kinds, or NO_KIND. */
  readonly kind: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** The slices of a lane in columns, each parent before its children, ordered by start. */
export interface Nesting {
  /** Index of the slice in the lane. */
  readonly slice: Int32Array;
  readonly depth: Uint8Array;
  /** End of the slice: rounding never makes it end after its parent. */
  readonly endNs: Float64Array;
  /** Levels of the lane: 1 without nesting, 0 without slices. */
  readonly levels: number;
}

/** Deeper slices are drawn at this depth. */
const MAX_DEPTH = 15;

/** Returns the nesting of the slices of `lane`. If two start at once, the longer is the parent. */
export function nestingOf(lane: Lane): Nesting {
  const n = lane.startNs.length;
  const slice = Int32Array.from({ length: n }, (_, i) => i)
    .sort((a, b) => lane.startNs[a] - lane.startNs[b] || lane.durationNs[b] - lane.durationNs[a] || a - b);
  const depth = new Uint8Array(n);
  const endNs = new Float64Array(n);
  const open: number[] = [];
  let levels = 0;
  for (let i = 0; i < n; i++) {
    const start = lane.startNs[slice[i]];
    while (open.length > 0 && open.at(-1)! <= start) open.pop();
    endNs[i] = Math.min(start + lane.durationNs[slice[i]], open.at(-1) ?? Infinity);
    depth[i] = Math.min(open.length, MAX_DEPTH);
    levels = Math.max(levels, depth[i] + 1);
    open.push(endNs[i]);
  }
  return { slice, depth, endNs, levels };
}

/** Returns the line of `lane` from `fromNs` to `toNs`; `nesting` is that of the lane. Equal kinds that touch are one stretch. */
export function lineOf(lane: Lane, nesting: Nesting, fromNs: number, toNs: number): Stretch[] {
  const line: Stretch[] = [];
  const open: { kind: number; endNs: number }[] = [];
  let at = fromNs;
  function fill(untilNs: number): void {
    const until = Math.min(untilNs, toNs);
    if (until <= at) return;
    extend(line, { kind: open.at(-1)?.kind ?? NO_KIND, fromNs: at, toNs: until });
    at = until;
  }
  function close(untilNs: number): void {
    while (open.length > 0 && open.at(-1)!.endNs <= untilNs) {
      fill(open.at(-1)!.endNs);
      open.pop();
    }
    fill(untilNs);
  }
  for (let i = 0; i < nesting.slice.length; i++) {
    const slice = nesting.slice[i];
    close(lane.startNs[slice]);
    open.push({ kind: lane.kind[slice], endNs: nesting.endNs[i] });
  }
  close(toNs);
  return line;
}

/** Appends `next`, which begins where `line` ends, or lengthens the last stretch if it has the same kind. */
function extend(line: Stretch[], next: Stretch): void {
  const last = line.at(-1);
  if (last?.kind === next.kind) line[line.length - 1] = { ...last, toNs: next.toNs };
  else line.push(next);
}
