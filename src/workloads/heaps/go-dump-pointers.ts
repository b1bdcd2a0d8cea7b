/**
 * Pointers as they stand in the dump, eight bytes each, until all objects are known. nil is
 * left out.
 */
import { GrowableUint32 } from './growable.ts';

export class PointerList {
  private low = new GrowableUint32();
  private high = new GrowableUint32();

  get length(): number {
    return this.low.length;
  }

  push(low: number, high: number): void {
    this.low.push(low);
    this.high.push(high);
  }

  /** An address that was read as a number; 2^53 and above are outside any heap, rounded or not. */
  pushAddress(address: number): void {
    if (address !== 0) this.pushAny(address);
  }

  /** The same, nil included. */
  pushAny(address: number): void {
    this.push(address % 2 ** 32, Math.floor(address / 2 ** 32));
  }

  /** All, by halves. The list is empty afterwards. */
  finish(): Addresses {
    return { low: this.low.finish(), high: this.high.finish() };
  }
}

export interface Addresses {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export function addressAt({ low, high }: Addresses, i: number): number {
  return high[i] * 2 ** 32 + low[i];
}
