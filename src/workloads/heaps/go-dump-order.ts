/** The objects of a dump by their addresses, and which of them an address lies in. */
import { addressAt, type Addresses } from './go-dump-pointers.ts';
import { floatsOf, listOf, release } from '../../base/lists.ts';

const DIGITS = 1 << 16;

/** The order of increasing addresses: a radix sort by 16 bits at a time, unless they increase already. */
export function orderOf(addresses: Addresses): Uint32Array {
  const { low, high } = addresses;
  let order = listOf(low.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  if (areSorted(addresses)) return order;
  let other = listOf(low.length);
  for (const half of [low, high]) {
    for (const shift of [0, 16]) {
      if (!sortByDigit(half, shift, order, other)) continue;
      [order, other] = [other, order];
    }
  }
  release(other);
  return order;
}

/** Whether no address is below the one before. */
export function areSorted(addresses: Addresses): boolean {
  for (let i = 1; i < addresses.low.length; i++) if (addressAt(addresses, i) < addressAt(addresses, i - 1)) return false;
  return true;
}

/** Stable; false when there was nothing to do, because the digit is the same everywhere. */
function sortByDigit(keys: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): boolean {
  const ends = new Uint32Array(DIGITS);
  for (let i = 0; i < keys.length; i++) ends[(keys[i] >>> shift) & 0xffff]++;
  if (keys.length === 0 || ends[(keys[0] >>> shift) & 0xffff] === keys.length) return false;
  let sum = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    sum += ends[digit];
    ends[digit] = sum;
  }
  for (let i = from.length - 1; i >= 0; i--) {
    const object = from[i];
    to[--ends[(keys[object] >>> shift) & 0xffff]] = object;
  }
  return true;
}

/**
 * Objects in the order of their addresses. They are spread over about as many buckets of
 * equal width, so that the search, from whatever address, looks at a few of them only.
 */
export class ObjectMap {
  readonly starts: Float64Array;
  readonly sizes: Uint32Array;
  private readonly lowest: number;
  private readonly highest: number;
  /** A power of two, so that dividing is exact. */
  private readonly bucketBytes: number;
  /** The first object that begins in each bucket or behind it; one more at the end. */
  private readonly firstIn: Uint32Array;

  /** `sizes` in the same order as `addresses`; `order` sorts both. */
  constructor(addresses: Addresses, sizes: Uint32Array, order: Uint32Array) {
    const n = order.length;
    this.starts = floatsOf(n);
    this.sizes = listOf(n);
    for (let i = 0; i < n; i++) {
      this.starts[i] = addressAt(addresses, order[i]);
      this.sizes[i] = sizes[order[i]];
    }
    this.lowest = n === 0 ? 0 : this.starts[0];
    this.highest = n === 0 ? 0 : this.starts[n - 1];
    const range = this.highest - this.lowest + 1;
    this.bucketBytes = 2 ** Math.max(0, Math.ceil(Math.log2(range / Math.max(1, n))));
    this.firstIn = listOf(Math.floor(range / this.bucketBytes) + 2).fill(n);
    for (let i = n - 1; i >= 0; i--) this.firstIn[this.bucketOf(this.starts[i])] = i;
    for (let b = this.firstIn.length - 2; b >= 0; b--) {
      if (this.firstIn[b] === n) this.firstIn[b] = this.firstIn[b + 1];
    }
  }

  /** Gives back all but `sizes`. */
  close(): void {
    release(this.starts, this.firstIn);
  }

  /** The first object that doesn't begin behind the end of the one before; -1 if all do. */
  firstOverlap(): number {
    const { starts, sizes } = this;
    for (let i = 1; i < starts.length; i++) {
      if (starts[i] < starts[i - 1] + Math.max(1, sizes[i - 1])) return i;
    }
    return -1;
  }

  /** The object that `address` lies in, or -1. */
  find(address: number): number {
    const { starts, firstIn } = this;
    if (address < this.lowest) return -1;
    let low = 0;
    let high = starts.length;
    if (address <= this.highest) {
      const bucket = this.bucketOf(address);
      low = firstIn[bucket];
      high = firstIn[bucket + 1];
    } else {
      low = high;
    }
    // The last that begins at `address` or before it is in this bucket or just in front of it.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    const object = low - 1;
    return object >= 0 && address < starts[object] + this.sizes[object] ? object : -1;
  }

  private bucketOf(address: number): number {
    return Math.floor((address - this.lowest) / this.bucketBytes);
  }
}
