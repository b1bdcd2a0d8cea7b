/**
 * Which M puts a span into a queue, and when.
 *
 *   1. An M that has marked a block claims the span: if neither bit of QUEUED is set, it sets `one`
 *      and puts the span into its queue, with the block. Otherwise the span is in a queue, and the
 *      M only sets `many`.
 *   2. The M that takes the span from a queue releases it: it clears both bits. If only `one` was
 *      set, only the block of the queue was marked since. Otherwise it looks at all marks.
 *
 * The order is what counts. A block is marked before its span is claimed, and the marks are read
 * after the span is released. So a mark that the M in 2 does not see belongs to an M that finds the
 * bits clear, and puts the span into a queue anew.
 *
 * Invariant: a bit of QUEUED is set from the claim to the release, and the span is in exactly one queue.
 *
 * Source: tryDeferToSpanScan and spanScanOwnership of Go 1.25.
 */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { QUEUED, QUEUED_MASK } from './state.ts';

// Local names: V8 folds these, and not those of another module.
const ONE = QUEUED.one;
const MANY = QUEUED.many;
const BITS = QUEUED_MASK;

/**
 * Claims the span whose page has its word at `at`, after a block in it was marked. The word is not 0.
 * @param alone no other M marks
 * @returns true if the caller must put the span into its queue
 */
export function claimSpan(m: Mem, at: Ref, alone: boolean): boolean {
  if (alone) {
    const state = m[at];
    if ((state & BITS) === 0) {
      m[at] = state | ONE;
      return true;
    }
    if ((state & MANY) === 0) m[at] = state | MANY;
    return false;
  }
  const state = Atomics.load(m, at);
  if ((state & BITS) === 0 && Atomics.compareExchange(m, at, state, state | ONE) === state) return true;
  if ((state & MANY) !== 0) return false;
  // The span may have been released since: then this M has claimed it.
  return (Atomics.or(m, at, MANY) & BITS) === 0;
}

/**
 * Releases the span whose page has its word at `at`.
 * @param alone no other M marks
 * @returns the word as it was
 */
export function releaseSpan(m: Mem, at: Ref, alone: boolean): number {
  if (!alone) return Atomics.and(m, at, ~BITS);
  const state = m[at];
  m[at] = state & ~BITS;
  return state;
}
