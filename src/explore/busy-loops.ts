/**
 * Detects a thread that loops over the same words without a pause.
 *
 * A spin such as `while (Atomics.load(m, flag) === 0);` is correct, but a strategy that prefers the
 * spinning thread would run it for ever.
 *
 * 1. Probe each thread from time to time: note its accesses one by one.
 * 2. Close a lap when the first access of the probe comes again, with the same site, word and value.
 * 3. After LEAST_LAPS equal laps suspend the thread, until one of its words changes or a pause is over.
 * 4. Each further suspension without a change is twice as long, up to a limit. A loop that counts its
 *    laps in a local variable still ends.
 * 5. If a probe finds no loop, the next one begins later and notes more accesses.
 *
 * Invariant: the places of the probes depend on the thread's own accesses alone, never on the strategy's
 * budgets. A replay probes at the same places.
 */

/** Accesses of a thread before its first probe. */
const FIRST_PROBE = 2048;
/** Accesses between a suspension and the next probe. */
const NEXT_PROBE = 64;
/** Accesses that the first probe notes: single steps are slow. */
const SHORTEST_PROBE = 32;
/** Accesses that a probe notes at most, and as long as it has seen no write: a spin over many words only reads. */
const LONGEST_PROBE = 4096;
/** Equal laps, and equal accesses, that prove a loop. */
const LEAST_LAPS = 3;
const LEAST_ACCESSES = 24;
/** The first suspension in virtual nanoseconds, and the largest factor by which it grows. */
const PAUSE_NS = 1000;
const LONGEST_PAUSE = 1024;

/** The probe of one thread. */
export class BusyLoop {
  /** The probe begins when the thread has made this many accesses. */
  begin = FIRST_PROBE;
  isSuspended = false;
  /** Suspensions in a row during which no word of the loop changed; 0 for a thread that does not loop. */
  inVain = 0;
  #interval = FIRST_PROBE;
  #limit = SHORTEST_PROBE;
  /** Accesses noted since the probe began. */
  #noted = 0;
  #hasWritten = false;
  /** Accesses of the lap: site, word and value of each. */
  readonly #lap: number[] = [];
  /** The first access of the lap has come again. */
  #isClosed = false;
  /** Accesses that repeat the closed lap. */
  #matched = 0;
  /** Words of the loop. */
  #words: readonly number[] = [];
  /** Values of the words when the thread was suspended. */
  #values: readonly number[] = [];

  /** Forgets everything, before an execution. */
  reset(): void {
    this.begin = this.#interval = FIRST_PROBE;
    this.#limit = SHORTEST_PROBE;
    this.isSuspended = false;
    this.#start();
    this.#forget();
  }

  /**
   * Notes the pending access of the thread: at `site`, of the word `index`, which holds `value`. The thread
   * has made `ran` accesses. Returns true if the thread stands at the start of a lap and has proved to loop.
   */
  note(ran: number, site: number, index: number, value: number, writes: boolean): boolean {
    this.#hasWritten ||= writes;
    if (this.#noted++ >= (this.#hasWritten ? this.#limit : LONGEST_PROBE)) {
      this.giveUp(ran);
      return false;
    }
    if (!this.#isClosed) this.#extend(site, index, value);
    else if (this.#isAt((3 * this.#matched) % this.#lap.length, site, index, value)) this.#matched++;
    else this.#restart(site, index, value);
    if (!this.#isClosed) return false;
    // The access noted last is the first one of the next lap.
    const laps = (3 * (this.#matched - 1)) / this.#lap.length;
    return Number.isInteger(laps) && laps >= LEAST_LAPS && this.#matched > LEAST_ACCESSES;
  }

  /** Ends a probe that found no loop: the next one begins later and notes more. */
  giveUp(ran: number): void {
    this.#interval *= 2;
    this.begin = ran + this.#interval;
    this.#limit = Math.min(2 * this.#limit, LONGEST_PROBE);
    this.#start();
    this.#forget();
  }

  /** Suspends the thread. Returns for how many virtual nanoseconds. */
  suspend(m: Int32Array): number {
    if (this.inVain === 0) {
      this.#words = [...new Set(this.#lap.filter((_, i) => i % 3 === 1))].sort((a, b) => a - b);
      this.#values = this.#words.map((index) => m[index]);
    }
    this.isSuspended = true;
    this.inVain++;
    // One more lap shows that the thread still loops. Its first access is noted again.
    this.#matched -= this.#lap.length / 3 + 1;
    this.#start();
    this.#interval = NEXT_PROBE;
    this.#limit = Math.max(SHORTEST_PROBE, this.#lap.length);
    return PAUSE_NS * Math.min(2 ** (this.inVain - 1), LONGEST_PAUSE);
  }

  /** Reports whether a word of the loop has changed since the thread was suspended. */
  sees(m: Int32Array): boolean {
    for (let i = 0; i < this.#words.length; i++) {
      if (m[this.#words[i]] === this.#values[i]) continue;
      this.inVain = 0;
      return true;
    }
    return false;
  }

  /** The words of the loop, ascending; none if the thread does not loop. */
  get words(): readonly number[] {
    return this.inVain === 0 ? [] : this.#words;
  }

  #extend(site: number, index: number, value: number): void {
    if (this.#lap.length > 0 && this.#isAt(0, site, index, value)) {
      this.#isClosed = true;
      this.#matched = this.#lap.length / 3 + 1;
    } else this.#lap.push(site, index, value);
  }

  /** The thread left the lap: a new one may begin here. */
  #restart(site: number, index: number, value: number): void {
    this.#forget();
    this.#lap.push(site, index, value);
  }

  #isAt(place: number, site: number, index: number, value: number): boolean {
    const lap = this.#lap;
    return lap[place] === site && lap[place + 1] === index && lap[place + 2] === value;
  }

  #start(): void {
    this.#noted = 0;
    this.#hasWritten = false;
  }

  #forget(): void {
    this.inVain = this.#matched = 0;
    // Most probes have noted nothing, and setting a length is a call.
    if (this.#lap.length > 0) this.#lap.length = 0;
    this.#isClosed = false;
  }
}
