/** Small programs whose costs are known. They test that the model charges what it declares. */
import type { Mem } from '../../memory/struct.ts';
import type { Ref } from '../../memory/address.ts';
import { nanotime } from '../../base/clock.ts';
import { futexsleep, futexwakeup, usleep } from '../../sync/os.ts';

/** Adds 1 to m[word] `n` times with plain accesses. Returns the elapsed ns. */
export function count(m: Mem, word: Ref, n: number): number {
  const started = nanotime();
  for (let i = 0; i < n; i++) m[word]++;
  return nanotime() - started;
}

/** Adds 1 to m[word] `n` times atomically. Returns the elapsed ns. */
export function contend(m: Mem, word: Ref, n: number): number {
  const started = nanotime();
  for (let i = 0; i < n; i++) Atomics.add(m, word, 1);
  return nanotime() - started;
}

/** Alternates with the other thread: moves m[word] from `mine` to `mine + 1`, then adds 2 to `mine`. */
export function bounce(m: Mem, word: Ref, mine: number, rounds: number): number {
  const started = nanotime();
  for (let at = mine; at < 2 * rounds; at += 2) {
    while (Atomics.compareExchange(m, word, at, at + 1) !== at);
  }
  return nanotime() - started;
}

/** The first thread sleeps on m[word] until the second wakes it after `after` atomic loads. Returns the time of the wake-up. */
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

/** Sleeps for the given microseconds. */
export function nap(m: Mem, us: number): void {
  usleep(m, us);
}

/** Sleeps, then reads a non-negative word of each of `lines` lines from m[first] on. Returns the elapsed ns of the reads. */
export function readLines(m: Mem, first: Ref, lines: number, after = 0): number {
  if (after > 0) usleep(m, after);
  const started = nanotime();
  for (let i = 0; i < lines && m[first + 16 * i] >= 0; i++);
  return nanotime() - started;
}

/** Writes a word to each of `lines` lines from m[first] on. */
export function writeLines(m: Mem, first: Ref, lines: number): void {
  for (let i = 0; i < lines; i++) m[first + 16 * i] = 1;
}
