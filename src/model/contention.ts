/**
 * Where threads get in each other's way in a predicted mark: by word and by the place in the source that accesses it.
 *
 *   1. A transfer is a line that comes from another core. Its latency includes the queue for the line. A core may
 *      hide part of it behind other work, so latencies are not stalls.
 *   2. If the other core touched another word of the line, the transfer is false sharing: padding would avoid it.
 *   3. A failed CAS has found that another thread changed the word in between.
 *   4. A sleep is a wait for a word until another thread wakes the sleeper, or until its timeout.
 *
 * Words of the same meaning are one row: the same field of every M, the marks of every span.
 */
import { nameWord } from '../inspect/name-word.ts';
import { regionOf } from '../inspect/records.ts';
import { SEGMENT_WORDS } from '../memory/segment.ts';
import { ACCESS, type Site } from '../rewrite/sites.ts';
import { EVENT, EVENT_COUNT, type Caches } from './caches.ts';
import { LINE_SHIFT } from './line.ts';
import type { Watched, Watcher } from './watched-time.ts';

/** What threads paid at one place of the source for words of one name. Times are sums over all threads. */
export interface Contended {
  /** Such as `work.full`, or `marks of blocks`. */
  readonly word: string;
  /** Such as `src/sync/lfstack.ts:63`. */
  readonly place: string;
  readonly fn: string;
  readonly transfers: number;
  /** Transfers that queued for the line. */
  readonly queued: number;
  /** Transfers because of another word of the line. */
  readonly falseSharing: number;
  readonly transferNs: number;
  readonly casFailed: number;
  readonly sleeps: number;
  readonly sleptNs: number;
}

type Sums = { -readonly [Name in Exclude<keyof Contended, 'word' | 'place' | 'fn'>]: number };

/** No word. */
const NONE = -1;
/** A key is a site and a word. */
const SITE = 2 ** 32;

export class ContentionWatcher implements Watcher {
  readonly #caches: Caches;
  readonly #sums = new Map<number, Sums>();
  /** By thread: the latencies and events before its current access, and the key of its last wait. */
  readonly #latencies: Float64Array;
  readonly #transfers: Float64Array;
  readonly #queued: Float64Array;
  readonly #waits: Float64Array;
  /** By line: the last thread, its last word, and the last word of any thread before it. */
  readonly #lastThread: Int16Array;
  readonly #lastWord: Int32Array;
  readonly #otherWord: Int32Array;

  /** @param words those of the memory as it is laid out */
  constructor(caches: Caches, threads: number, words: number) {
    const lines = (words >> LINE_SHIFT) + 1;
    this.#caches = caches;
    this.#latencies = new Float64Array(threads);
    this.#transfers = new Float64Array(threads);
    this.#queued = new Float64Array(threads);
    this.#waits = new Float64Array(threads);
    this.#lastThread = new Int16Array(lines).fill(-1);
    this.#lastWord = new Int32Array(lines).fill(NONE);
    this.#otherWord = new Int32Array(lines).fill(NONE);
  }

  access({ thread, site, kind, index, word }: Watched): void {
    const line = word >> LINE_SHIFT;
    if (this.#lastThread[line] !== thread) {
      this.#otherWord[line] = this.#lastWord[line];
      this.#lastThread[line] = thread;
    }
    this.#lastWord[line] = word;
    const { events, transferLatencyNs } = this.#caches;
    const key = site * SITE + (kind === ACCESS.byteLoad || kind === ACCESS.byteStore ? index >> 2 : index);
    const at = thread * EVENT_COUNT;
    const transfers = events[at + EVENT.transfer] - this.#transfers[thread];
    if (transfers > 0) {
      const sums = this.#sumsOf(key);
      sums.transfers += transfers;
      sums.queued += events[at + EVENT.queued] - this.#queued[thread];
      sums.transferNs += transferLatencyNs[thread] - this.#latencies[thread];
      if (this.#otherWord[line] !== NONE && this.#otherWord[line] !== word) sums.falseSharing += transfers;
      this.#transfers[thread] = events[at + EVENT.transfer];
      this.#queued[thread] = events[at + EVENT.queued];
      this.#latencies[thread] = transferLatencyNs[thread];
    }
    if (kind === ACCESS.casFailed) this.#sumsOf(key).casFailed++;
    else if (kind === ACCESS.wait) this.#waits[thread] = key;
  }

  slept(thread: number, fromNs: number, toNs: number): void {
    const sums = this.#sumsOf(this.#waits[thread]);
    sums.sleeps++;
    sums.sleptNs += toNs - fromNs;
  }

  /** Returns the rows, those with the most time in transfers and sleeps first. @param m the memory after the mark */
  finish(m: Int32Array, sites: readonly Site[]): Contended[] {
    const rows = new Map<string, { about: Pick<Contended, 'word' | 'place' | 'fn'>; all: Sums }>();
    for (const [key, sums] of this.#sums) {
      const { file, line, fn } = sites[Math.floor(key / SITE)];
      const about = { word: meaningOf(m, key % SITE), place: `${file}:${line}`, fn };
      const name = `${about.word} ${about.place}`;
      const row = rows.get(name) ?? { about, all: noSums() };
      for (const field of Object.keys(sums) as (keyof Sums)[]) row.all[field] += sums[field];
      rows.set(name, row);
    }
    const costOf = ({ transferNs, sleptNs, casFailed }: Contended) => transferNs + sleptNs + casFailed;
    return [...rows.values()].map(({ about, all }) => ({ ...about, ...all })).sort((a, b) => costOf(b) - costOf(a) || (a.word < b.word ? -1 : 1));
  }

  #sumsOf(key: number): Sums {
    let sums = this.#sums.get(key);
    if (sums === undefined) this.#sums.set(key, (sums = noSums()));
    return sums;
  }
}

function noSums(): Sums {
  return { transfers: 0, queued: 0, falseSharing: 0, transferNs: 0, casFailed: 0, sleeps: 0, sleptNs: 0 };
}

/** Returns the name of a word without the numbers that tell it from others of the same meaning. */
function meaningOf(m: Int32Array, at: number): string {
  const region = at < SEGMENT_WORDS ? undefined : regionOf(m, at);
  const name = nameWord(m, at);
  if (region === 'arenaStart') return 'objects';
  // The bitmap grows down into the region of hints.
  if (/^(?:marks|bits) of /.test(name)) return name.startsWith('marks') ? 'marks of blocks' : 'bits of blocks';
  return name.replace(/[ +]?\d+(?:-\d+)?\b/g, '');
}
