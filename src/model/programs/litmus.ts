/** Small programs whose cost can be told by hand: they show that a model charges what it declares. */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { nanotime } from '../../base/clock.ts';
import { futexsleep, futexwakeup, usleep } from '../../sync/os.ts';

/** Adds 1 to m[word] `n` times, plainly; returns the nanoseconds it took. */
export function count(m: Mem, word: Ref, n: number): number {
  const started = nanotime();
  for (let i = 0; i < n; i++) m[word]++;
  return nanotime() - started;
}

/** Adds 1 to m[word] `n` times, atomically; returns the nanoseconds it took. */
export function contend(m: Mem, word: Ref, n: number): number {
  const started = nanotime();
  for (let i = 0; i < n; i++) Atomics.add(m, word, 1);
  return nanotime() - started;
}

/** Moves m[word] from `mine` to `mine + 1`, and on by 2, each time the other has moved it. */
export function bounce(m: Mem, word: Ref, mine: number, rounds: number): number {
  const started = nanotime();
  for (let at = mine; at < 2 * rounds; at += 2) {
    while (Atomics.compareExchange(m, word, at, at + 1) !== at);
  }
  return nanotime() - started;
}

/** The first sleeps on m[word] until the second, `after` atomic loads later, wakes it. Returns when it went on. */
export function sleepAndWake(m: Mem, word: Ref, wakes: boolean, after: number): number {
  if (!wakes) {
    futexsleep(m, word, 0);
    return nanotime();
  }
  for (let i = 0; i < after; i++) Atomics.load(m, word + 64);
  Atomics.store(m, word, 1);
  const called = nanotime();
  futexwakeup(m, word, 1);
  return called;
}

/** Sleeps for so many microseconds. */
export function nap(m: Mem, us: number): void {
  usleep(m, us);
}

/** Reads a word, none of them negative, of each of `lines` lines from m[first] on, after a sleep of so many microseconds; returns the nanoseconds it took. */
export function readLines(m: Mem, first: Ref, lines: number, after = 0): number {
  if (after > 0) usleep(m, after);
  const started = nanotime();
  for (let i = 0; i < lines && m[first + 16 * i] >= 0; i++);
  return nanotime() - started;
}

/** Writes a word of each of `lines` lines from m[first] on. */
export function writeLines(m: Mem, first: Ref, lines: number): void {
  for (let i = 0; i < lines; i++) m[first + 16 * i] = 1;
}
