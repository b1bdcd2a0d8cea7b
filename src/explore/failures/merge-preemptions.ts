/**
 * Shrinks a list of preemptions from which none can be left out: one preemption at another place may do the work of two.
 *
 * 1. For each pair of neighbours leave one out.
 * 2. Move the other to each of the nearest PLACES accesses of its thread to a contended word.
 * 3. If the failure stays, continue with the shorter list.
 */
import { isPreemption, type Departure } from '../strategies/preemptions.ts';
import { writes, wordOf } from './access.ts';
import type { Budget } from './budget.ts';
import { failsAlike, type Outcome } from './outcome.ts';
import { numberOf, record, type Recording } from './recording.ts';
import type { Ground, Stand } from './stand.ts';

/** Places to which a preemption is moved, nearest first. */
const PLACES = 24;

/** Returns a shorter list that fails like `wanted`, or `preemptions`. */
export function mergePreemptions(ground: Ground, stand: Stand, departures: readonly Departure[], wanted: Outcome, budget: Budget): readonly Departure[] {
  let best = departures;
  for (let before = Infinity; best.length < before && best.length > 1 && budget.take(); ) {
    before = best.length;
    const recording = record(ground, stand.setting, best);
    budget.pay(recording.trace.length);
    best = firstMerged(stand, recording, wanted, budget) ?? best;
  }
  return best;
}

function firstMerged(stand: Stand, recording: Recording, wanted: Outcome, budget: Budget): readonly Departure[] | null {
  const places = contendedNumbers(recording);
  for (const candidate of merged(recording.departures, places)) {
    if (!budget.take()) return null;
    const { outcome, departures, execution } = stand.replay(candidate);
    budget.pay(execution.steps);
    if (failsAlike(outcome, wanted) && departures.length < recording.departures.length) return departures;
  }
  return null;
}

/** Yields the lists with one preemption left out and a neighbour of it moved. */
function* merged(departures: readonly Departure[], places: ReadonlyMap<number, readonly number[]>): Generator<readonly Departure[]> {
  for (const i of departures.keys()) {
    for (const j of [i - 1, i + 1]) {
      const moved = departures[j];
      if (moved === undefined || !isPreemption(moved)) continue;
      const nearest = (places.get(moved.thread) ?? []).toSorted((a, b) => Math.abs(a - moved.at) - Math.abs(b - moved.at));
      for (const at of nearest.slice(0, PLACES)) yield departures.with(j, { ...moved, at }).toSpliced(i, 1);
    }
  }
}

/** Returns, by thread, the numbers of its accesses to contended words: several threads touch them and one writes. Order matters only there. */
function contendedNumbers(recording: Recording): Map<number, number[]> {
  const { trace } = recording;
  const touched = new Map<number, { readonly threads: Set<number>; written: boolean }>();
  for (let step = 0; step < trace.length; step++) {
    const access = trace.at(step);
    let word = touched.get(wordOf(access));
    if (word === undefined) touched.set(wordOf(access), (word = { threads: new Set(), written: false }));
    word.threads.add(access.thread);
    word.written ||= writes(access);
  }
  const numbers = new Map<number, number[]>();
  for (let step = 0; step < trace.length; step++) {
    const { threads, written } = touched.get(wordOf(trace.at(step)))!;
    if (threads.size < 2 || !written) continue;
    const thread = trace.threadAt(step);
    const own = numbers.get(thread);
    if (own === undefined) numbers.set(thread, [numberOf(recording, step)]);
    else own.push(numberOf(recording, step));
  }
  return numbers;
}
