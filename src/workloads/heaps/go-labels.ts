/** The places of the pointers in the roots of a Go dump, for labels: segments, frames and descriptions. */
import type { GoRoot } from './go-dump-format.ts';

/** Characters of a function's name or a description that are kept. */
const KEPT_TEXT = 200;
/** Most places that are kept of one kind. A dump of more goroutines names the rest by their kind. */
const MOST_PLACES = 1 << 20;

/** Places of one kind of root, in the order of the file. */
export class RootPlaces {
  private readonly firsts: number[] = [];
  private readonly names: string[] = [];

  /** Begins a place. @param first the number of pointers of this kind before it */
  add(first: number, name: string): void {
    if (this.firsts.length >= MOST_PLACES) return;
    this.firsts.push(first);
    this.names.push(name.slice(0, KEPT_TEXT));
  }

  /** Returns the place of the pointer number `i`; undefined if none is known. */
  of(i: number): string | undefined {
    let [low, high] = [0, this.firsts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.firsts[middle] <= i) low = middle + 1;
      else high = middle;
    }
    return this.names[low - 1];
  }
}

/** Describes a root: "data 0x4c0010", "frame of main.main +8", "finalizer". @param place the address of a segment, the function of a frame */
export function describeRoot(kind: GoRoot, place: string | undefined, offset: number): string {
  switch (kind) {
    case 'data': case 'bss': return place === undefined ? kind : `${kind} 0x${(Number(place) + offset).toString(16)}`;
    case 'frames': return place === undefined ? 'frame' : `frame of ${place} +${offset}`;
    case 'finalizers': return 'finalizer';
    case 'other': return place ?? 'other';
  }
}
