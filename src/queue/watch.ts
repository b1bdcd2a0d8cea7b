import { setTimeout } from 'node:timers/promises';

/**
 * Tells the living from the dead by counts that grow, without comparing clocks of two hosts: a count that has not
 * changed for some time, by the observer's own clock, is that of a dead process.
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

/** Returns the names whose counts grow, or that come, within `ms`; none at once if there are no names. */
export async function growing(read: () => Promise<ReadonlyMap<string, number>>, ms: number): Promise<readonly string[]> {
  const before = await read();
  if (before.size === 0) return [];
  await setTimeout(ms, undefined, { ref: false });
  return [...await read()].filter(([name, count]) => before.get(name) !== count).map(([name]) => name);
}
