/**
 * Hchan: a channel in the heap, and its buffer right behind it in the same block:
 *
 *     | qcount dataqsiz | lock | … | recvq | sendq | element 0 | element 1 | …
 *     '------------- HCHAN_BYTES -----------------'
 *
 * There are no heap pointers in it: goroutines and Ms are named by word indices, which lie
 * below every arena, and no word in an odd place can be the tag of a pointer. The collector
 * may skip it, or scan it conservatively and find nothing.
 *
 * Law: qcount <= dataqsiz, (recvx + qcount) mod dataqsiz == sendx, and what is unused of the
 * buffer is zero, so that nothing is kept alive by it.
 */
import { atCreation, guardedBy } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';

export type ChanRef = Ref;

const LOCK = guardedBy('hchan.lock');

export const Hchan = struct('hchan', 16, {
  /** Two ints of the machine, one or two words each: the first is how many elements are buffered, */
  qcount: by(guardedBy('hchan.lock', { reads: 'racy', note: 'by len' })),
  /** the second how many there is room for; see dataqsiz. */
  ints: by(atCreation(), 3),
  lock: lockField('hchan.lock'),
  /** Bytes of an element. */
  elemsize: by(atCreation()),
  closed: by(LOCK),
  /** Element that the next send fills, and that the next receive takes. */
  sendx: by(LOCK),
  pad0: padding(1),
  recvx: by(LOCK),
  pad1: padding(1),
  /** First and last SudoG of the goroutines that wait to receive, and to send. */
  recvq: by(LOCK, 2),
  sendq: by(LOCK, 2),
});

elsewhere(Hchan, 'at the start of a block of the heap');

export const HCHAN_WORDS = Hchan.words;
/** Go's Hchansize: where the buffer begins. */
export const HCHAN_BYTES = HCHAN_WORDS * 4;

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** Ref of the channel's second int, its capacity. */
export function dataqsizAt(m: Mem, c: ChanRef): Ref {
  return c + m[PTR_WORDS];
}
