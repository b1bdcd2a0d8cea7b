/** One-shot event: cleared, then slept on by one thread and woken once by another. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { fatal } from '../base/fatal.ts';
import { futexsleep, futexwakeup } from './os.ts';

/** A note is one atomic word: 0 cleared, 1 woken. */
export type NoteRef = Ref;

export function noteclear(m: Mem, note: NoteRef): void {
  Atomics.store(m, note, 0);
}

/** Wakes the sleeper, or lets it pass if it comes later. */
export function notewakeup(m: Mem, note: NoteRef): void {
  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });
  futexwakeup(m, note, 1);
}

/** Returns once the note is woken. */
export function notesleep(m: Mem, note: NoteRef): void {
  while (Atomics.load(m, note) === 0) futexsleep(m, note, 0);
}
