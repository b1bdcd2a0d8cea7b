/**
 * Finds the critical pair: the two accesses to one word whose order decides between failure and success.
 *
 * 1. Take the last preemption that took effect, and the thread that it stopped.
 * 2. Move the preemption past the accesses that the thread was about to make, one after another, until the
 *    failure disappears. The access before that place came too late.
 * 3. Move it back over the accesses that the thread had made, until the failure disappears. The access after
 *    that place came too early.
 * 4. The partner is a conflicting access of another thread in between.
 * 5. If there is no such access, continue with the preemption before.
 *
 * Each step replays the execution with one preemption changed.
 */
import type { Departure, Preemption } from '../strategies/preemptions.ts';
import { changes, conflict, wordOf } from './access.ts';
import type { CriticalPair } from './artefact.ts';
import type { Budget } from './budget.ts';
import { failsAlike } from './outcome.ts';
import { numberOf, type Recording, type Stretch } from './recording.ts';
import type { Stand } from './stand.ts';

/** Places in the trace, in the order that fails. */
type Places = readonly [first: number, second: number];

/** Accesses of the stopped thread that are tried, in each direction. */
const MOST_MOVES = 40;

/**
 * Returns the pair of the last preemption that has one: an access that came too late, or one that came too
 * early. Returns both pairs if they are of one word: the other threads came in between.
 */
export function criticalPairs(stand: Stand, recording: Recording, budget: Budget): CriticalPair[] {
  for (const stretch of recording.stretches.toReversed()) {
    if (stretch.preemption < 0) continue;
    const finder = new Finder(stand, recording, stretch, budget);
    const late = finder.madeTooLate();
    const early = finder.madeTooEarly();
    const pairs = late !== null && early !== null && !ofOneWord(recording, late, early) ? [late] : [early, late].filter((pair) => pair !== null);
    if (pairs.length > 0) return pairs.map(([first, second]) => [accessAt(recording, first), accessAt(recording, second)]);
  }
  return [];
}

function ofOneWord({ trace }: Recording, [one]: Places, [other]: Places): boolean {
  return wordOf(trace.at(one)) === wordOf(trace.at(other));
}

class Finder {
  readonly #stand: Stand;
  readonly #recording: Recording;
  readonly #budget: Budget;
  /** Place in the trace at which the preemption took effect. */
  readonly #at: number;
  readonly #preemption: number;
  readonly #stopped: number;

  constructor(stand: Stand, recording: Recording, { start, preemption }: Stretch, budget: Budget) {
    this.#stand = stand;
    this.#recording = recording;
    this.#budget = budget;
    this.#at = start;
    this.#preemption = preemption;
    this.#stopped = recording.departures[preemption].thread;
  }

  /** Finds the access that came too late: if the stopped thread makes it before the others continue, nothing fails. */
  madeTooLate(): Places | null {
    const { trace } = this.#recording;
    for (const late of this.#accesses(this.#at, trace.length, 1)) {
      const between = this.#conflicts(late, this.#at, late);
      if (between.length === 0) continue;
      if (this.#failsWith(this.#movedTo(numberOf(this.#recording, late) + 1))) continue;
      return [this.#needed(between, late), late];
    }
    return null;
  }

  /** Finds the access that came too early: if the stopped thread makes it after the others, nothing fails. */
  madeTooEarly(): Places | null {
    const { trace } = this.#recording;
    for (const early of this.#accesses(this.#at - 1, -1, -1)) {
      const behind = this.#conflicts(early, this.#at, trace.length);
      if (behind.length === 0) continue;
      if (this.#failsWith(this.#movedTo(numberOf(this.#recording, early)))) continue;
      return [early, behind.find((step) => changes(trace.at(step))) ?? behind[0]];
    }
    return null;
  }

  /** Returns the access among `before` after which `late` comes too late. */
  #needed(before: readonly number[], late: number): number {
    const { trace } = this.#recording;
    for (const step of before) {
      const back: Preemption = { thread: trace.threadAt(step), at: numberOf(this.#recording, step) + 1, to: trace.threadAt(late) };
      if (this.#failsWith([...this.#recording.departures, back])) return step;
    }
    return before.at(-1)!;
  }

  /** Returns the places of the stopped thread's accesses from `from` on, nearest first. */
  #accesses(from: number, end: number, by: 1 | -1): number[] {
    const found: number[] = [];
    for (let step = from; step !== end && found.length < MOST_MOVES; step += by) {
      if (this.#recording.trace.threadAt(step) === this.#stopped) found.push(step);
    }
    return found;
  }

  #conflicts(step: number, from: number, to: number): number[] {
    const { trace } = this.#recording;
    const access = trace.at(step);
    const found: number[] = [];
    for (let other = from; other < to; other++) if (conflict(access, trace.at(other))) found.push(other);
    return found;
  }

  #movedTo(at: number): readonly Departure[] {
    const { departures } = this.#recording;
    return departures.with(this.#preemption, { ...departures[this.#preemption], at });
  }

  /** Replays the execution with `preemptions`. With the budget spent it counts as failing, so that nothing is concluded. */
  #failsWith(departures: readonly Departure[]): boolean {
    if (!this.#budget.take()) return true;
    const { outcome, execution } = this.#stand.replay(departures);
    this.#budget.pay(execution.steps);
    return failsAlike(outcome, this.#recording.outcome);
  }
}

function accessAt({ trace }: Recording, step: number): CriticalPair[0] {
  const thread = trace.threadAt(step);
  let nth = 0;
  for (let before = 0; before < step; before++) if (trace.threadAt(before) === thread) nth++;
  return { thread, nth };
}
