import { setTimeout } from 'node:timers/promises';

/**
 * Tells living processes from dead ones without comparing the clocks of two hosts: each process has a count that grows. If a
 * count has not changed for some time by the observer's own clock, its process is taken for dead.
 */
export class Watch {
  readonly #ms: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, { count: number; since: number }>();

  /**
   * @param ms milliseconds without a change after which a process is taken for dead
   * @param now returns milliseconds
   */
  constructor(ms: number, now: () => number) {
    this.#ms = ms;
    this.#now = now;
  }

  /** Notes the count of `name`; -1 if it has none. Returns whether it is alive. */
  isAlive(name: string, count: number): boolean {
    const now = this.#now();
    const seen = this.#seen.get(name);
    if (seen === undefined || seen.count !== count) {
      this.#seen.set(name, { count, since: now });
      return true;
    }
    return now - seen.since < this.#ms;
  }

  /** Forgets the names that are not in `names`. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
  }
}

/** Returns the names whose counts grow within `ms`, and new names. Returns at once if there are no names. */
export async function growing(read: () => Promise<ReadonlyMap<string, number>>, ms: number): Promise<readonly string[]> {
  const before = await read();
  if (before.size === 0) return [];
  await setTimeout(ms, undefined, { ref: false });
  return [...await read()].filter(([name, count]) => before.get(name) !== count).map(([name]) => name);
}
