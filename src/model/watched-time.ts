/**
 * The simulation with a watcher, which sees accesses and sleeps. It is a class of its own, so that an unwatched
 * simulation calls nothing and its accesses stay as fast as they are.
 */
import { VirtualTime, type VirtualOptions, type VirtualRun } from './virtual-time.ts';

export interface Watcher {
  /** Called after an access by `thread`. `kind` is one of ACCESS, `atNs` the thread's clock. */
  access(thread: number, kind: number, index: number, value: number, old: number, atNs: number): void;
  /** Called when a sleep of `thread` has ended. */
  slept(thread: number, fromNs: number, toNs: number): void;
}

/** As runVirtual. The watcher can change nothing: it gets numbers only. */
export function runWatched(options: VirtualOptions, watcher: Watcher): VirtualRun {
  return new WatchedTime(options, watcher).run();
}

class WatchedTime extends VirtualTime {
  readonly #watcher: Watcher;

  constructor(options: VirtualOptions, watcher: Watcher) {
    super(options);
    this.#watcher = watcher;
  }

  override access(site: number, kind: number, index: number, value: number, old: number): void {
    super.access(site, kind, index, value, old);
    this.#watcher.access(this.current, kind, index, value, old, this.currentNs);
  }

  protected override slept(thread: number, fromNs: number, toNs: number): void {
    this.#watcher.slept(thread, fromNs, toNs);
  }
}
