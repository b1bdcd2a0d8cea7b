/**
 * Hchan: a channel, one block of the heap with its buffer behind the header:
 *
 *     | qcount dataqsiz | lock | … | recvq | sendq | element 0 | element 1 | …
 *     '------------- HCHAN_BYTES -----------------'
 *
 * The header holds no heap pointer: goroutines and Ms are word indices below every arena, and
 * no word at an odd place can be the tag of a pointer. The collector may skip the header, or
 * scan it conservatively and find nothing.
 *
 * Invariants: qcount <= dataqsiz; (recvx + qcount) mod dataqsiz == sendx; the unused part of
 * the buffer is zero, so that it keeps nothing alive.
 *
 * Source: chan.h of Go 1.3.
 */
import { atCreation, guardedBy } from '../memory/guardian.ts';
import { elsewhere } from '../memory/regions.ts';
import { by, lockField, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';

export type ChanRef = Ref;

const LOCK = guardedBy('hchan.lock');

export const Hchan = struct('hchan', 16, {
  /** Buffered elements: the first of two ints of the machine, each of one or two words. */
  qcount: by(guardedBy('hchan.lock', { reads: 'racy', note: 'by len' })),
  /** The rest of the two ints; the second is the capacity in elements, see dataqsizAt. */
  ints: by(atCreation(), 3),
  lock: lockField('hchan.lock'),
  /** Bytes of an element. */
  elemsize: by(atCreation()),
  /** 1 if the channel is closed. */
  closed: by(LOCK),
  /** Index of the element that the next send fills. */
  sendx: by(LOCK),
  pad0: padding(1),
  /** Index of the element that the next receive takes. */
  recvx: by(LOCK),
  pad1: padding(1),
  /** First and last SudoG of the goroutines waiting to receive. */
  recvq: by(LOCK, 2),
  /** First and last SudoG of the goroutines waiting to send. */
  sendq: by(LOCK, 2),
});

elsewhere(Hchan, 'at the start of a block of the heap');

export const HCHAN_WORDS = Hchan.words;
/** Byte offset of the buffer; Go's Hchansize. */
export const HCHAN_BYTES = HCHAN_WORDS * 4;

const PTR_WORDS = CONFIG + Config.at.ptrWords;

/** Returns the ref of the channel's second int, its capacity in elements. */
export function dataqsizAt(m: Mem, c: ChanRef): Ref {
  return c + m[PTR_WORDS];
}
