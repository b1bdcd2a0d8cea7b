/**
 * Selects the accesses of an execution that a lane table shows.
 *
 * In this order, until MOST rows are reached: the critical pair, loads of older values, preemptions, the last accesses, other accesses to
 * the pair's words, waits near preemptions, contended accesses near preemptions.
 */
import { ACCESS } from '../../rewrite/sites.ts';
import { changes, conflict, wordOf, wordsOf } from './access.ts';
import type { CriticalPair } from './artefact.ts';
import { missedBy, olderLoads } from './older-values.ts';
import type { Recording } from './recording.ts';

/** Most rows of a readable table. */
const MOST = 48;
/** Accesses on both sides of a switch that are searched. */
const NEAR = 40;
/** Most accesses to the words of the critical pair. */
const OF_PAIR = 12;
const LAST = 4;

const WAITS: ReadonlySet<number> = new Set([ACCESS.wait, ACCESS.notify]);

/** Returns the places in the trace that are shown, ascending. */
export function relevantSteps(recording: Recording, pairs: readonly CriticalPair[]): number[] {
  const { trace } = recording;
  const kept = new Set<number>();
  for (const tier of tiers(recording, pairSteps(recording, pairs))) {
    for (const step of tier) if (kept.size < MOST && step >= 0 && step < trace.length) kept.add(step);
  }
  return [...kept].sort((a, b) => a - b);
}

/** Returns the places of the accesses of the critical pairs. */
export function pairSteps({ trace }: Recording, pairs: readonly CriticalPair[]): number[] {
  const counts = new Map<number, number>();
  const found: number[] = [];
  for (let step = 0; step < trace.length; step++) {
    const thread = trace.threadAt(step);
    const nth = counts.get(thread) ?? 0;
    counts.set(thread, nth + 1);
    if (pairs.some((pair) => pair.some((each) => each.thread === thread && each.nth === nth))) found.push(step);
  }
  return found;
}

/** Yields groups of places, the most relevant first. */
function* tiers(recording: Recording, ofPairs: readonly number[]): Generator<readonly number[]> {
  const { trace, stretches } = recording;
  yield ofPairs;
  yield olderLoads(trace).flatMap((step) => [step, missedBy(trace, step)]);
  const taken = stretches.filter(({ preemption }) => preemption >= 0).map(({ start }) => start);
  yield taken.flatMap((start) => [start - 1, start]);
  yield Array.from({ length: LAST }, (_, i) => trace.length - 1 - i);
  yield touchingPairs(recording, ofPairs);
  const near = nearSteps(taken.slice(-MOST), trace.length);
  yield near.filter((step) => WAITS.has(trace.at(step).kind));
  yield contended(recording, near);
}

/** Returns the accesses of all threads to the pairs' words that are nearest to the pairs. */
function touchingPairs({ trace }: Recording, ofPairs: readonly number[]): number[] {
  if (ofPairs.length === 0) return [];
  const accesses = ofPairs.map((step) => trace.at(step));
  const found: number[] = [];
  for (let step = 0; step < trace.length; step++) {
    const access = trace.at(step);
    if (accesses.some((each) => overlap(each, access))) found.push(step);
  }
  const distance = (step: number) => Math.min(...ofPairs.map((each) => Math.abs(each - step)));
  return found.sort((a, b) => distance(a) - distance(b)).slice(0, OF_PAIR);
}

function overlap(one: Parameters<typeof wordOf>[0], other: Parameters<typeof wordOf>[0]): boolean {
  return wordOf(one) < wordOf(other) + wordsOf(other) && wordOf(other) < wordOf(one) + wordsOf(one);
}

/** Returns the places around the switches, from the last switch back. */
function nearSteps(switches: readonly number[], length: number): number[] {
  const near = new Set<number>();
  for (const at of switches.toReversed()) {
    for (let step = Math.max(0, at - NEAR); step < Math.min(length, at + NEAR); step++) near.add(step);
  }
  return [...near];
}

/** Returns the changes among `steps` that conflict with another of `steps`, and those accesses. */
function contended({ trace }: Recording, steps: readonly number[]): number[] {
  const byWord = new Map<number, number[]>();
  for (const step of steps) {
    const access = trace.at(step);
    for (let word = wordOf(access); word < wordOf(access) + wordsOf(access); word++) {
      const there = byWord.get(word);
      if (there === undefined) byWord.set(word, [step]);
      else there.push(step);
    }
  }
  const found = new Set<number>();
  for (const there of byWord.values()) {
    for (const [i, step] of there.entries()) {
      if (!changes(trace.at(step))) continue;
      const other = there.find((each, j) => j !== i && conflict(trace.at(step), trace.at(each)));
      if (other !== undefined) found.add(step).add(other);
    }
  }
  return [...found];
}
