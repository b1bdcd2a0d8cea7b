/**
 * SudoG: a goroutine in the wait queue of a channel. The record of a goroutine contains one for
 * each channel that it may wait on at once.
 */
import { guardedBy, ownedBy } from '../memory/guardian.ts';
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export type SudoGRef = Ref;

/** The most channels that a goroutine waits on at once: the cases of a select. */
export const MAX_CASES = 8;

const LOCK = guardedBy('hchan.lock', { via: 'chan' });
const OWNER = ownedBy('G', 'before it is queued');

export const SudoG = struct('sudog', 8, {
  /** The goroutine that waits. */
  g: by(OWNER),
  /** The channel that it waits on. */
  chan: by(OWNER),
  /** First word of the frame slots from which, or to which, the element is copied. */
  elem: by(OWNER),
  /** The step at which the goroutine continues if this channel selects it. */
  pc: by(OWNER),
  /** The queue that it is on, 0 for none. */
  queue: by(LOCK),
  /** The next SudoG on that queue. */
  link: by(guardedBy('hchan.lock', { via: 'chan', reads: 'free', note: 'by the closing M, which has dequeued it' })),
});
