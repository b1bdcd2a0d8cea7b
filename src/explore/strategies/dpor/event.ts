/** What one step of a thread does to the memory, and which steps depend on each other. */

/** The waiters of a word: not touched; looked at, as by a notify that wakes nobody; changed, by going to sleep or waking. */
export const NONE = 0;
export const LOOKS = 1;
export const CHANGES = 2;

/** The step may touch any word. */
export const ANY_WORD = -1;

export interface Event {
  readonly thread: number;
  /** Number of the event among those of its thread, from 1. */
  readonly number: number;
  /** First word of the access; ANY_WORD if it may touch any. */
  readonly word: number;
  /** Words of the access; 0 for a step that touches none. */
  readonly words: number;
  readonly writes: boolean;
  /** NONE, LOOKS or CHANGES. */
  readonly waiters: number;
  /** Place in the path of the step that let this one happen, such as a notify; -1 if there is none. */
  readonly after: number;
  /** By thread: how many of its events happen before this one. Set by `order`. */
  clock: Int32Array;
}

/**
 * Reports whether the order of two steps of different threads matters.
 * @param allStores a store changes what accesses of other words do: under a weak memory model later loads may return something else, and a
 *   check after each access sees the order of stores
 */
export function depend(a: Event, b: Event, allStores: boolean): boolean {
  if (a.words === 0 || b.words === 0) return false;
  if (a.word === ANY_WORD || b.word === ANY_WORD) return true;
  const meet = a.word < b.word + b.words && b.word < a.word + a.words;
  // Waits on one word order what their threads see.
  if (allStores) return meet || a.writes || b.writes;
  return meet && (a.writes || b.writes || a.waiters + b.waiters > CHANGES);
}

/**
 * Computes the clock of event `at` of the path. Calls `race` for each earlier event of another thread that this one
 * depends on directly: no event in between is ordered between the two.
 */
export function order(path: readonly Event[], at: number, threads: number, allStores: boolean, race: (earlier: number) => void): void {
  const event = path[at];
  const clock = new Int32Array(threads);
  if (event.after >= 0) join(clock, path[event.after].clock);
  for (let i = at - 1; i >= 0; i--) {
    const earlier = path[i];
    if (earlier.thread !== event.thread) continue;
    join(clock, earlier.clock);
    break;
  }
  // Threads of which an event is left that this one is not known to come after, as bits.
  let left = (1 << threads) - 1;
  for (let i = at - 1; i >= 0 && left !== 0; i--) {
    const earlier = path[i];
    if (clock[earlier.thread] >= earlier.number) {
      // All earlier events of its thread come before as well.
      left &= ~(1 << earlier.thread);
    } else if (depend(earlier, event, allStores)) {
      race(i);
      join(clock, earlier.clock);
    }
  }
  clock[event.thread] = event.number;
  event.clock = clock;
}

/** Reports whether `a` happens before `b`, which comes later in the path. */
export function happensBefore(a: Event, b: Event): boolean {
  return b.clock[a.thread] >= a.number;
}

function join(clock: Int32Array, other: Int32Array): void {
  for (let i = 0; i < clock.length; i++) if (other[i] > clock[i]) clock[i] = other[i];
}

/**
 * Returns the threads that can begin the reversal of a race, as bits: the events after `earlier` that do not happen
 * after it, and then `later`. A thread can begin if no event of another comes before its first one.
 */
export function initials(path: readonly Event[], earlier: number, later: number): number {
  const sequence: Event[] = [];
  let seen = 0;
  let found = 0;
  for (let i = earlier + 1; i <= later; i++) {
    const event = path[i];
    if (i < later && happensBefore(path[earlier], event)) continue;
    const bit = 1 << event.thread;
    if ((seen & bit) === 0 && sequence.every((before) => !happensBefore(before, event))) found |= bit;
    seen |= bit;
    sequence.push(event);
  }
  return found;
}
