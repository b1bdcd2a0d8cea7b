/**
 * Estimates the number of distinct hashes in little memory, by linear counting.
 *
 * 1. Each hash sets one bit of a bitmap with b bits.
 * 2. If a share z of the bits is still clear, about -b ln z distinct hashes were added.
 *
 * The estimate is exact for few hashes, and within a thousandth at twenty million.
 *
 * Source: Whang, Vander-Zanden, Taylor, "A linear-time probabilistic counting algorithm", TODS 1990.
 */
import { seedState } from '../../base/random.ts';

const BITS = 2 ** 22;

export class Distinct {
  readonly #bits = new Uint32Array(BITS / 32);
  #set = 0;

  add(hashes: Uint32Array): void {
    for (const hash of hashes) {
      const bit = seedState(hash) % BITS;
      const mask = 1 << (bit & 31);
      if ((this.#bits[bit >>> 5] & mask) !== 0) continue;
      this.#bits[bit >>> 5] |= mask;
      this.#set++;
    }
  }

  get count(): number {
    return Math.round(-BITS * Math.log(1 - Math.min(this.#set, BITS - 1) / BITS));
  }
}
