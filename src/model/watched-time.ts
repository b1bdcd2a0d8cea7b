/**
 * The simulation with watchers, which see accesses and sleeps. It is a class of its own, so that an unwatched
 * simulation calls nothing and its accesses stay as fast as they are.
 */
import type { Caches } from './caches.ts';
import { VirtualTime, type VirtualOptions, type VirtualRun } from './virtual-time.ts';

/** An access that has happened. The object is reused for the next one. */
export interface Watched {
  readonly thread: number;
  /** Number of the place in the source. */
  readonly site: number;
  /** One of ACCESS. */
  readonly kind: number;
  /** In words, or in bytes for accesses of bytes. */
  readonly index: number;
  /** The word as memory is laid out. */
  readonly word: number;
  readonly value: number;
  readonly old: number;
  /** The thread's clock after the access. */
  readonly atNs: number;
}

export interface Watcher {
  access(access: Watched): void;
  /** Called when a sleep of `thread` has ended. */
  slept(thread: number, fromNs: number, toNs: number): void;
}

/**
 * As runVirtual. Watchers can change nothing: they get numbers only.
 * @param watch makes the watchers, from the caches that count and the words of memory as it is laid out
 */
export function runWatched(options: VirtualOptions, watch: (caches: Caches, words: number) => readonly Watcher[]): VirtualRun {
  return new WatchedTime(options, watch).run();
}

class WatchedTime extends VirtualTime {
  readonly #watchers: readonly Watcher[];
  readonly #seen = { thread: 0, site: 0, kind: 0, index: 0, word: 0, value: 0, old: 0, atNs: 0 };

  constructor(options: VirtualOptions, watch: (caches: Caches, words: number) => readonly Watcher[]) {
    super(options);
    this.#watchers = watch(this.caches, this.words);
  }

  override access(site: number, kind: number, index: number, value: number, old: number): void {
    super.access(site, kind, index, value, old);
    const seen = this.#seen;
    seen.thread = this.current;
    seen.site = site;
    seen.kind = kind;
    seen.index = index;
    seen.word = this.wordOf(kind, index);
    seen.value = value;
    seen.old = old;
    seen.atNs = this.currentNs;
    for (const watcher of this.#watchers) watcher.access(seen);
  }

  protected override slept(thread: number, fromNs: number, toNs: number): void {
    for (const watcher of this.#watchers) watcher.slept(thread, fromNs, toNs);
  }
}
