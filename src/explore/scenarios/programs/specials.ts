/**
 * Only specials: finalizers and profile records are set, removed, and found by the sweep of their span. Blocks
 * with even numbers are reachable, those with odd numbers are garbage. Interior bytes of one block have
 * finalizers, as in a tiny block; a real span of tiny blocks takes too long to sweep.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { mAt, type MRef } from '../../../machine/m.ts';
import { mprofGC } from '../../../malloc/buckets.ts';
import { FLAG_NOSCAN } from '../../../malloc/flags.ts';
import { free } from '../../../malloc/free.ts';
import { mallocgc } from '../../../malloc/malloc.ts';
import { addfinalizer, removefinalizer } from '../../../malloc/specials.ts';
import { NOTHING_TO_SWEEP, sweepone } from '../../../malloc/sweep.ts';
import type { Operation } from '../operation.ts';
import { endMark, keep } from './after-mark.ts';

/** Size of a block: four fit in a span. */
const BYTES = 2048;
export const SPECIALS_BLOCKS = 8;
/** Blocks that have a finalizer at the start. */
export const SPECIALS_FINALIZED: readonly number[] = [0, 1, 3, 4];
/** Bytes of the last block that have a finalizer each. */
export const SPECIALS_INNER: readonly number[] = [0, 5, 12];

/** Returns the word that stores the address of block `k`. */
export function specialsCell(m: Mem, k: number): Ref {
  return m[CONFIG + Config.at.bss] + k;
}

export function buildSpecials(m: Mem, m0: MRef): void {
  for (let k = 0; k < SPECIALS_BLOCKS; k++) m[specialsCell(m, k)] = mallocgc(m, m0, BYTES, FLAG_NOSCAN) << 2;
  for (const k of SPECIALS_FINALIZED) addfinalizer(m, m0, m[specialsCell(m, k)], k, 0);
  for (const byte of SPECIALS_INNER) addfinalizer(m, m0, m[specialsCell(m, SPECIALS_BLOCKS - 1)] + byte, SPECIALS_BLOCKS + byte, 0);
  for (let k = 0; k < SPECIALS_BLOCKS; k += 2) keep(m, m[specialsCell(m, k)] >>> 2);
  endMark(m, m0);
}

/** Cells for blocks that one M allocates and another frees. */
function handedOver(m: Mem, k: number): Ref {
  return specialsCell(m, SPECIALS_BLOCKS + k);
}

/** Runs the operations of M `index`. Returns the result of each. */
export function runSpecials(m: Mem, index: number, operations: readonly Operation[]): readonly number[] {
  const mp = mAt(m, index);
  const answers: number[] = [];
  for (const [name, arg] of operations) {
    let answer = 0;
    if (name === 'set') answer = addfinalizer(m, mp, m[specialsCell(m, arg)], arg, 0) ? 1 : 0;
    else if (name === 'clear') answer = removefinalizer(m, mp, m[specialsCell(m, arg)]) ? 1 : 0;
    else if (name === 'free') free(m, mp, m[specialsCell(m, arg)] >>> 2);
    else if (name === 'sweep') while (sweepone(m, mp) !== NOTHING_TO_SWEEP);
    else if (name === 'publish') mprofGC(m, mp);
    else if (name === 'churn') free(m, mp, mallocgc(m, mp, arg, FLAG_NOSCAN));
    else if (name === 'give') Atomics.store(m, handedOver(m, arg), mallocgc(m, mp, BYTES, FLAG_NOSCAN));
    else if (name === 'free-given') free(m, mp, Atomics.exchange(m, handedOver(m, arg), 0));
    else mallocgc(m, mp, arg, FLAG_NOSCAN);
    answers.push(answer);
  }
  return answers;
}
