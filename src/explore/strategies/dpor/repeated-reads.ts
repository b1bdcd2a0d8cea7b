/**
 * Detects a thread that reads the same unchanged words again and again: another lap of its loop would repeat the last.
 *
 * 1. Note the reads of each thread since it last wrote, or saw a changed word.
 * 2. A thread whose pending access was noted `LAPS` times repeats itself, until one of the words changes.
 *
 * A loop that counts its laps in a local variable is mistaken for one that repeats itself.
 */
import { ANY_WORD, CHANGES, type Event } from './event.ts';

/** Laps that are followed although nothing has changed. */
export const LAPS = 3;
/** More reads than this are work. */
const MOST_READS = 64;

interface Read {
  readonly site: number;
  readonly word: number;
}

export class RepeatedReads {
  readonly #reads: Read[][];
  /** By thread: number of the event after which its reads are noted. */
  readonly #since: number[];
  /** By word: number of the last event that changed it. */
  readonly #changed = new Map<number, number>();
  /** Number of the last event that may have changed any word. */
  #allChanged = 0;
  #events = 0;

  constructor(threads: number) {
    this.#reads = Array.from({ length: threads }, () => []);
    this.#since = this.#reads.map(() => 0);
  }

  /** Notes a step, made at `site`. */
  note(event: Event, site: number): void {
    this.#events++;
    if (event.words === 0) return;
    const { thread, word, words } = event;
    const isRead = !event.writes && event.waiters !== CHANGES && word !== ANY_WORD;
    if (!isRead || this.#reads[thread].length >= MOST_READS || this.#hasNews(thread, word, words)) this.#forget(thread);
    if (isRead) for (let i = 0; i < words; i++) this.#reads[thread].push({ site, word: word + i });
    if (word === ANY_WORD) this.#allChanged = this.#events;
    else if (event.writes || event.waiters === CHANGES) for (let i = 0; i < words; i++) this.#changed.set(word + i, this.#events);
  }

  /** Reports whether `thread`, which is about to access `word` at `site`, only repeats itself. */
  repeats(thread: number, site: number, word: number): boolean {
    const reads = this.#reads[thread];
    let laps = 0;
    for (const read of reads) if (read.site === site && read.word === word) laps++;
    return laps >= LAPS && reads.every((read) => !this.#hasNews(thread, read.word, 1));
  }

  #hasNews(thread: number, word: number, words: number): boolean {
    const since = this.#since[thread];
    if (this.#allChanged > since) return true;
    for (let i = 0; i < words; i++) if ((this.#changed.get(word + i) ?? 0) > since) return true;
    return false;
  }

  #forget(thread: number): void {
    this.#reads[thread].length = 0;
    this.#since[thread] = this.#events;
  }
}
