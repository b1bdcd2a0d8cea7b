/**
 * Knows which blocks of the memory were written since an earlier check. Without flags, every block may have been.
 *
 * Checks are numbered from 1. A part of the check that found nothing wrong may keep its result, with the number of
 * the check, until a word that it depends on is written.
 */
import { UNVERIFIED, WRITE_SHIFT } from '../memory/write-flags.ts';
import type { Mem } from '../memory/struct.ts';
import { firstNonZero } from './first-non-zero.ts';

/** Log2 of the words of a group of blocks, and of its blocks. A group is as large as a page of the heap. */
const GROUP_SHIFT = 11;
const BLOCKS_SHIFT = GROUP_SHIFT - WRITE_SHIFT;
const GROUP_WORDS = 1 << GROUP_SHIFT;

export class Writes {
  /** Number of the present check. */
  now = 0;
  /** Without flags nothing can be kept. */
  readonly areKnown: boolean;
  readonly #flags: Uint8Array;
  /** By block and by group: the number of the first check after its last write. */
  readonly #seen: Int32Array;
  readonly #groupSeen: Int32Array;
  /** By group: the number of the last check that found only zeros in it. */
  readonly #zero: Int32Array;

  /** @param flags of the memory's blocks (memory/write-flags.ts); undefined if nothing keeps them */
  constructor(flags?: Uint8Array) {
    this.#flags = flags ?? new Uint8Array(0);
    this.areKnown = flags !== undefined;
    const groups = (this.#flags.length >> BLOCKS_SHIFT) + 1;
    this.#seen = new Int32Array(this.#flags.length).fill(1);
    this.#groupSeen = new Int32Array(groups).fill(1);
    this.#zero = new Int32Array(groups);
  }

  /** Begins a check: takes the flags of all blocks that were written since the last one. */
  begin(): void {
    this.now++;
    const flags = this.#flags;
    for (let block = 0; block < flags.length; block++) {
      if ((flags[block] & UNVERIFIED) === 0) continue;
      flags[block] &= ~UNVERIFIED;
      this.#seen[block] = this.#groupSeen[block >> BLOCKS_SHIFT] = this.now;
    }
  }

  /** Reports whether a word from `start` up to `end` may have been written after check number `check`, 0 for none. */
  since(check: number, start: number, end: number): boolean {
    if (!this.areKnown || check === 0) return true;
    const seen = this.#seen;
    const groupSeen = this.#groupSeen;
    for (let at = start; at < end; ) {
      const group = at >> GROUP_SHIFT;
      const next = Math.min(end, (group + 1) << GROUP_SHIFT);
      if (groupSeen[group] > check) {
        const last = (next - 1) >> WRITE_SHIFT;
        for (let block = at >> WRITE_SHIFT; block <= last; block++) if (seen[block] > check) return true;
      }
      at = next;
    }
    return false;
  }

  /** Returns the first word of `m` from `start` up to `end` that is not 0, or -1. Skips groups that are known to be 0. */
  firstNonZero(m: Mem, start: number, end: number): number {
    if (!this.areKnown) return firstNonZero(m, start, end);
    for (let at = start; at < end; ) {
      const group = at >> GROUP_SHIFT;
      const next = Math.min(end, (group + 1) << GROUP_SHIFT);
      if (this.#zero[group] < this.#groupSeen[group]) {
        const found = firstNonZero(m, at, next);
        if (found >= 0) return found;
        if (next - at === GROUP_WORDS) this.#zero[group] = this.now;
      }
      at = next;
    }
    return -1;
  }
}
