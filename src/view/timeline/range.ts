/** The part of a timeline that is in view. Its operations keep it within the whole, and wide enough to be seen. */

export interface Range {
  readonly fromNs: number;
  readonly toNs: number;
}

/** The narrowest range, ns. */
const LEAST_NS = 20;

/** Returns `range` moved and narrowed to lie in `whole`. */
export function within(whole: Range, { fromNs, toNs }: Range): Range {
  const most = widthOf(whole);
  const width = Math.min(most, Math.max(LEAST_NS, toNs - fromNs));
  const from = Math.max(whole.fromNs, Math.min(whole.toNs - width, fromNs));
  return { fromNs: from, toNs: width === most ? whole.toNs : from + width };
}

export function widthOf({ fromNs, toNs }: Range): number {
  return toNs - fromNs;
}

/** Returns `range` with its width times `factor`; `atNs` keeps its place on the screen. */
export function zoomed(whole: Range, range: Range, factor: number, atNs: number): Range {
  const width = Math.max(Math.min(LEAST_NS, widthOf(whole)), widthOf(range) * factor);
  const left = widthOf(range) > 0 ? (atNs - range.fromNs) / widthOf(range) : 0;
  return within(whole, { fromNs: atNs - left * width, toNs: atNs + (1 - left) * width });
}

/** Returns `range` moved by `byNs`. */
export function panned(whole: Range, range: Range, byNs: number): Range {
  return within(whole, { fromNs: range.fromNs + byNs, toNs: range.toNs + byNs });
}

/** Returns a range in which a slice from `fromNs` to `toNs` fills the middle third. */
export function around(whole: Range, fromNs: number, toNs: number): Range {
  const width = toNs - fromNs;
  return within(whole, { fromNs: fromNs - width, toNs: toNs + width });
}

export function isWhole(whole: Range, range: Range): boolean {
  return range.fromNs <= whole.fromNs && range.toNs >= whole.toNs;
}
