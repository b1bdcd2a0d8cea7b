/** Builds the lanes of a timeline from slices. Times become whole nanoseconds: their sums and differences are exact. */
import type { Timeline } from './timeline.ts';

/** A slice. Slices of a lane must be nested or apart. */
export interface Slice {
  readonly lane: number;
  /** Name of its kind. */
  readonly kind: string;
  readonly startNs: number;
  readonly endNs: number;
  readonly detail?: string;
}

/**
 * Returns a lane for each of `names`, and the kinds that occur.
 * @param abouts what the slices of each kind are, in the order in which a viewer lists the kinds
 */
export function buildLanes(names: readonly string[], slices: readonly Slice[], abouts: ReadonlyMap<string, string>): Pick<Timeline, 'kinds' | 'lanes'> {
  const occurring = new Set(slices.map(({ kind }) => kind));
  const kinds = [...abouts].filter(([name]) => occurring.has(name)).map(([name, about]) => ({ name, about }));
  const indexOf = new Map(kinds.map(({ name }, i) => [name, i]));
  const lanes = names.map((name): Timeline['lanes'][number] => ({ name, kind: [], startNs: [], durationNs: [], detail: {} }));
  const rounded = slices.map((slice) => ({ ...slice, startNs: Math.round(slice.startNs), endNs: Math.round(slice.endNs) }));
  for (const { lane, kind, startNs, endNs, detail } of rounded.sort((a, b) => a.startNs - b.startNs || b.endNs - a.endNs)) {
    const at = lanes[lane];
    if (detail !== undefined) at.detail[at.kind.length] = detail;
    at.kind.push(indexOf.get(kind)!);
    at.startNs.push(startNs);
    at.durationNs.push(endNs - startNs);
  }
  return { kinds, lanes };
}
