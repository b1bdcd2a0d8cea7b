/**
 * Note: a one-shot event, as in lock_futex.c of Go 1.3. One word: 0 cleared, 1 woken.
 *
 *   1. The future sleeper clears the note, before any other thread can wake it.
 *   2. The sleeper sleeps in a futex as long as the word is 0.
 *   3. The waker sets the word to 1, then wakes the futex.
 *
 * Invariants: one thread sleeps on a note, and one wakes it, once for each clear. The order of
 * 2 and 3 does not matter: a sleeper that comes late finds 1 and does not sleep.
 */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { futexsleep, futexwakeup } from './os.ts';

/** The word of a note. */
export type NoteRef = Ref;

/** Clears `note`, on which no thread sleeps. */
export function noteclear(m: Mem, note: NoteRef): void {
  Atomics.store(m, note, 0);
}

/**
 * Wakes the sleeper of `note`; one that comes later does not sleep.
 * @throws Fatal NOTE_WOKEN_TWICE if it was woken since it was cleared
 */
export function notewakeup(m: Mem, note: NoteRef): void {
  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });
  futexwakeup(m, note, 1);
}

/** Sleeps until `note` is woken. */
export function notesleep(m: Mem, note: NoteRef): void {
  while (Atomics.load(m, note) === 0) futexsleep(m, note, 0);
}
