/**
 * How many different hashes there were, in little memory: linear counting (Whang, Vander-Zanden
 * and Taylor 1990). Each sets a bit; from the share of bits still clear follows how many came.
 * Exact while they are few, and to a thousandth at twenty million.
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
