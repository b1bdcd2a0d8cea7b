/**
 * Threads that loop over the same words and never pause. A spin such as
 * `while (Atomics.load(m, flag) === 0);` is correct, but a strategy that prefers the spinning
 * thread would let it run for ever. So a thread is probed from time to time, access by access.
 * A thread that makes the same accesses with the same values, lap after lap, is set aside until
 * one of its words changes, or for twice as long as the time before: a loop that counts its laps
 * in a variable of its own must still come to its end.
 *
 * When a probe begins depends on the thread's own accesses alone, never on how a strategy cuts an
 * execution into stretches: a replayed execution probes at the same places.
 */

/** Accesses of a thread before its first probe; and before the next one of a thread that was found looping. */
const FIRST_PROBE = 2048;
const NEXT_PROBE = 64;
/**
 * Accesses that the first probe notes: stepping is slow. A later probe notes more, and so does
 * each as long as it has seen no write: work writes, a spin over many words only reads.
 */
const SHORTEST_PROBE = 32;
const LONGEST_PROBE = 4096;
/** Equal laps, and equal accesses, that show a loop. */
const LEAST_LAPS = 3;
const LEAST_ACCESSES = 24;
/** The first pause in virtual nanoseconds, and how many times as long a pause may become. */
const PAUSE_NS = 1000;
const LONGEST_PAUSE = 1024;

/** The probe of one thread. */
export class BusyLoop {
  /** The probe begins when the thread has made so many accesses. */
  begin = FIRST_PROBE;
  isAside = false;
  /** Times in a row that the thread was set aside while no word of its loop had changed; 0 for a thread that does not loop. */
  inVain = 0;
  #interval = FIRST_PROBE;
  #limit = SHORTEST_PROBE;
  /** Accesses noted since the probe began. */
  #noted = 0;
  #hasWritten = false;
  /** The accesses of a lap, three numbers each, and how many they are; the lap is closed when its first access has come again. */
  readonly #lap: number[] = [];
  #isClosed = false;
  /** Accesses as in the closed lap. */
  #matched = 0;
  /** The words of the loop and the values that they had when the thread was set aside. */
  #words: readonly number[] = [];
  #values: readonly number[] = [];

  /** Forgets all, before an execution. */
  reset(): void {
    this.begin = this.#interval = FIRST_PROBE;
    this.#limit = SHORTEST_PROBE;
    this.isAside = false;
    this.#start();
    this.#forget();
  }

  /**
   * Notes the access at `site` of the word `index` with `value` that the thread, which has made
   * `ran` accesses, is about to make. Returns whether the thread stands at the beginning of a lap that
   * it has run before, again and again.
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
    // The access noted last is the first of the next lap.
    const laps = (3 * (this.#matched - 1)) / this.#lap.length;
    return Number.isInteger(laps) && laps >= LEAST_LAPS && this.#matched > LEAST_ACCESSES;
  }

  /** Ends the probe in vain: the next one begins later, and notes more. */
  giveUp(ran: number): void {
    this.#interval *= 2;
    this.begin = ran + this.#interval;
    this.#limit = Math.min(2 * this.#limit, LONGEST_PROBE);
    this.#start();
    this.#forget();
  }

  /** The thread, found looping, is set aside. Returns for how many virtual nanoseconds. */
  setAside(m: Int32Array): number {
    if (this.inVain === 0) {
      this.#words = [...new Set(this.#lap.filter((_, i) => i % 3 === 1))].sort((a, b) => a - b);
      this.#values = this.#words.map((index) => m[index]);
    }
    this.isAside = true;
    this.inVain++;
    // One more lap will show that the thread still loops. Its first access is noted again then.
    this.#matched -= this.#lap.length / 3 + 1;
    this.#start();
    this.#interval = NEXT_PROBE;
    this.#limit = Math.max(SHORTEST_PROBE, this.#lap.length);
    return PAUSE_NS * Math.min(2 ** (this.inVain - 1), LONGEST_PAUSE);
  }

  /** Returns whether a word of the loop has changed since the thread was set aside. */
  sees(m: Int32Array): boolean {
    for (let i = 0; i < this.#words.length; i++) {
      if (m[this.#words[i]] === this.#values[i]) continue;
      this.inVain = 0;
      return true;
    }
    return false;
  }

  /** The words that the thread looks at in vain, ascending; none if it does not loop. */
  get words(): readonly number[] {
    return this.inVain === 0 ? [] : this.#words;
  }

  #extend(site: number, index: number, value: number): void {
    if (this.#lap.length > 0 && this.#isAt(0, site, index, value)) {
      this.#isClosed = true;
      this.#matched = this.#lap.length / 3 + 1;
    } else this.#lap.push(site, index, value);
  }

  /** The thread does something else: a lap may begin here. */
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
    this.inVain = this.#matched = this.#lap.length = 0;
    this.#isClosed = false;
  }
}
