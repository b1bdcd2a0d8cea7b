/** Pointers of a dump, eight bytes each, until all objects are known. */
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

  /** Adds an address that was read as a number, unless it is nil. An address of 2^53 and above may be rounded: no heap is there. */
  pushAddress(address: number): void {
    if (address !== 0) this.pushAny(address);
  }

  /** Adds an address, nil included. */
  pushAny(address: number): void {
    this.push(address % 2 ** 32, Math.floor(address / 2 ** 32));
  }

  /** Returns all addresses by halves and empties the list. */
  finish(): Addresses {
    return { low: this.low.finish(), high: this.high.finish() };
  }
}

/** 64-bit addresses by halves. */
export interface Addresses {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export function addressAt({ low, high }: Addresses, i: number): number {
  return high[i] * 2 ** 32 + low[i];
}
