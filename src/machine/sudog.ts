/**
 * SudoG: a goroutine in the wait queue of a channel. Each goroutine has a few of its own, one
 * for each channel that it may wait on at once.
 */
import { guardedBy, ownedBy } from '../memory/guardian.ts';
import { by, struct } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';

export type SudoGRef = Ref;

/** Most channels that a goroutine waits on at once: the cases of a select. */
export const MAX_CASES = 8;

const LOCK = guardedBy('hchan.lock', { via: 'chan' });
const OWNER = ownedBy('G', 'before it is queued');

export const SudoG = struct('sudog', 8, {
  g: by(OWNER),
  chan: by(OWNER),
  /** First word of the frame slots that the element leaves or comes to. */
  elem: by(OWNER),
  /** Step to go on at when this channel is the one that lets it go. */
  pc: by(OWNER),
  /** The queue it is on, 0 for none; next in that queue. */
  queue: by(LOCK),
  link: by(LOCK),
});
