/**
 * Tells why threads left their loops: because of what they read, or because they have counted enough laps.
 *
 * 1. In the laps a thread makes the same accesses again and again, and finds the same values, but for words that count.
 * 2. In the bursts that follow, compare its accesses with its part of a lap, until it makes another access or ends: there it
 *    leaves the loop. If it comes to the first access of its lap again, it is in the loop again.
 * 3. It left because of others if it met a value, at most a lap before, that it did not meet there in the laps. Words
 *    that count are left out: their values are always new.
 * 4. The others are the reason for its end if it left because of them when it left last, and did so only a few times. A loop that
 *    ends after so many laps leaves for no such reason, or at each lap.
 */
import type { AccessLog } from './repeats.ts';

/** Times that a thread may leave its loop because of others until it ends: they may bring it back. */
const MOST_LEAVES = 32;

export class LeftLoops {
  readonly #log: AccessLog;
  readonly #counters: ReadonlySet<number>;
  readonly #loops = new Map<number, Loop>();

  /** @param log ends in laps of `lap` accesses */
  constructor(log: AccessLog, lap: number, counters: ReadonlySet<number>) {
    this.#log = log;
    this.#counters = counters;
    for (let i = log.count - lap; i < log.count; i++) {
      const thread = log.thread(i);
      const loop = this.#loops.get(thread) ?? new Loop();
      this.#loops.set(thread, loop);
      loop.accesses.push(i);
    }
  }

  /** Notes the next access of `thread`: at `site`, of the word `index`, which holds `value`. */
  add(thread: number, site: number, index: number, value: number): void {
    const loop = this.#loops.get(thread);
    if (loop === undefined) return;
    const isAt = (at: number) => this.#log.site(at) === site && this.#log.index(at) === index;
    if (!isAt(loop.next)) {
      loop.leave();
      if (!isAt(loop.accesses[0])) return;
    }
    loop.pass(value !== this.#log.value(loop.next) && !this.#counters.has(index));
  }

  /** Reports whether others are the reason that `thread`, which is in the laps, has ended. */
  becauseOfOthers(thread: number): boolean {
    const loop = this.#loops.get(thread);
    loop?.leave();
    return loop !== undefined && loop.hasReason && loop.leaves <= MOST_LEAVES;
  }
}

/** The loop of one thread. */
class Loop {
  /** Its accesses in the last lap, as places in the log. */
  readonly accesses: number[] = [];
  /** It left because of others when it left last, and how often it did so. */
  hasReason = false;
  leaves = 0;
  /** Accesses since it came into the loop. */
  #passed = 0;
  /** Accesses since it met a new value in the loop. */
  #sinceNew = Infinity;
  #isInside = true;

  /** The access of the lap that it makes next if it goes on in the loop. */
  get next(): number {
    return this.accesses[this.#passed % this.accesses.length];
  }

  /** It makes the next access of its lap. */
  pass(isNew: boolean): void {
    this.#isInside = true;
    this.#passed++;
    this.#sinceNew = isNew ? 1 : this.#sinceNew + 1;
  }

  leave(): void {
    if (this.#isInside) {
      this.hasReason = this.#sinceNew <= this.accesses.length;
      if (this.hasReason) this.leaves++;
    }
    this.#isInside = false;
    this.#passed = 0;
    this.#sinceNew = Infinity;
  }
}
