/** Sizes of objects in the order of a file: four bytes each, and a map of the few larger sizes. */
import { GrowableUint32 } from './growable.ts';
import { OVERSIZED } from './image.ts';

export class SizeList {
  /** Sum of all sizes; exact below 2^53. */
  bytes = 0;
  private readonly list = new GrowableUint32();
  private readonly oversized = new Map<number, number>();

  get length(): number {
    return this.list.length;
  }

  push(size: number): void {
    if (size >= OVERSIZED) this.oversized.set(this.list.length, size);
    this.list.push(Math.min(size, OVERSIZED));
    this.bytes += size;
  }

  /** Returns the sizes as a HeapImage has them and empties the list. */
  finish(): { readonly sizes: Uint32Array; readonly oversized?: ReadonlyMap<number, number> } {
    return { sizes: this.list.finish(), oversized: this.oversized.size === 0 ? undefined : this.oversized };
  }
}
