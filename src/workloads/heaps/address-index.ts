/**
 * An index of increasing addresses. They are divided into about as many buckets of equal width, so that
 * a lookup reads only a few addresses.
 */
import { floatsOf, listOf, release } from '../../base/large-arrays.ts';
import { addressAt, type Addresses } from './go-dump-pointers.ts';

export class AddressIndex {
  readonly starts: Float64Array;
  private readonly lowest: number;
  private readonly highest: number;
  /** Width of a bucket: a power of two, so that the division is exact. */
  private readonly bucketBytes: number;
  /** By bucket: index of the first address in it or after it. One more entry at the end. */
  private readonly firstIn: Uint32Array;

  /** @param order the indices of `addresses`, or of a part of them, in increasing order of address */
  constructor(addresses: Addresses, order: Uint32Array) {
    const n = order.length;
    this.starts = floatsOf(n);
    for (let i = 0; i < n; i++) this.starts[i] = addressAt(addresses, order[i]);
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

  /** Releases the lists. */
  close(): void {
    release(this.starts, this.firstIn);
  }

  /** Returns the index of the last address at or below `address`, or -1 if all are above. */
  atOrBelow(address: number): number {
    const { starts, firstIn } = this;
    if (address < this.lowest) return -1;
    if (address > this.highest) return starts.length - 1;
    const bucket = this.bucketOf(address);
    let low = firstIn[bucket];
    let high = firstIn[bucket + 1];
    // The last address at or below `address` is in this bucket or directly in front of it.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Returns the index of `address`, or -1 if it is not in the index. */
  rankOf(address: number): number {
    const rank = this.atOrBelow(address);
    return rank >= 0 && this.starts[rank] === address ? rank : -1;
  }

  private bucketOf(address: number): number {
    return Math.floor((address - this.lowest) / this.bucketBytes);
  }
}
