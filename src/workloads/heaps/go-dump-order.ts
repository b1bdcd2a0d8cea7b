/** The objects of a dump in the order of their addresses, with a lookup of the object at an address. */
import { AddressIndex } from './address-index.ts';
import { addressAt, type Addresses } from './go-dump-pointers.ts';
import { listOf, release } from '../../base/large-arrays.ts';
import { sizeOf, type HeapImage } from './image.ts';

const DIGITS = 1 << 16;

/** Returns the indices of `addresses` in increasing order of address: a radix sort by 16 bits, unless they are sorted. */
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

/** Reports whether the addresses are in non-decreasing order. */
export function areSorted(addresses: Addresses): boolean {
  for (let i = 1; i < addresses.low.length; i++) if (addressAt(addresses, i) < addressAt(addresses, i - 1)) return false;
  return true;
}

/** Sorts by one digit, stably. Returns false if the digit is the same everywhere, with `to` unchanged. */
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

/** Objects in the order of their addresses. */
export class ObjectMap {
  readonly starts: Float64Array;
  /** Sizes as in a HeapImage. */
  readonly sizes: Uint32Array;
  readonly oversized?: ReadonlyMap<number, number>;
  private readonly index: AddressIndex;

  /** @param all the sizes, in the order of `addresses` @param order sorts both by address */
  constructor(addresses: Addresses, all: Pick<HeapImage, 'sizes' | 'oversized'>, order: Uint32Array) {
    this.index = new AddressIndex(addresses, order);
    this.starts = this.index.starts;
    this.sizes = listOf(order.length);
    const oversized = new Map<number, number>();
    for (let i = 0; i < order.length; i++) {
      this.sizes[i] = all.sizes[order[i]];
      const size = all.oversized?.get(order[i]);
      if (size !== undefined) oversized.set(i, size);
    }
    if (oversized.size > 0) this.oversized = oversized;
  }

  /** Releases all lists but `sizes`. */
  close(): void {
    this.index.close();
  }

  /** Returns the first object that overlaps the one before, or -1. */
  firstOverlap(): number {
    const { starts } = this;
    for (let i = 1; i < starts.length; i++) {
      if (starts[i] < starts[i - 1] + Math.max(1, sizeOf(this, i - 1))) return i;
    }
    return -1;
  }

  /** Returns the object that contains `address`, or -1. */
  find(address: number): number {
    const object = this.index.atOrBelow(address);
    return object >= 0 && address < this.starts[object] + sizeOf(this, object) ? object : -1;
  }
}
