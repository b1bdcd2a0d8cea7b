/**
 * What each thread's time was spent on, over the course of a predicted mark. The clock of a thread advances by the costs of
 * its accesses, by stalls and by waiting. The first two are counted (caches.ts), so a sample copies the counts, and the
 * rest of the time between two samples is waiting: pauses, sleeps and wake-ups.
 *
 * Samples are a step apart at least. When a thread has too many, every second one is dropped and the step doubles.
 */
import { ACCESS } from '../rewrite/sites.ts';
import { EVENT, EVENT_COUNT, KIND_COUNT, type Caches } from './caches.ts';
import { kindNs } from './cores.ts';
import type { MachineModel } from './machine-model.ts';
import type { Watched, Watcher } from './watched-time.ts';

/** What time is spent on. */
export const SPENDINGS = ['compute', 'misses', 'transfers', 'atomics', 'branches', 'waiting'] as const;
export type Spending = (typeof SPENDINGS)[number];
export type Spent = Readonly<Record<Spending, number>>;

/** The stalls of each kind of spending. */
const STALLS: Readonly<Partial<Record<Spending, readonly (keyof typeof EVENT)[]>>> = {
  misses: ['l2', 'l3', 'walk', 'miss', 'stream', 'storeMiss', 'bandwidth'], transfers: ['transfer', 'queued'], branches: ['mispredict'],
};
/** The accesses whose own cost is that of an atomic operation. */
const ATOMIC: readonly number[] = [ACCESS.atomicLoad, ACCESS.atomicStore, ACCESS.rmw, ACCESS.cas, ACCESS.casFailed, ACCESS.wait, ACCESS.waitRefused, ACCESS.notify];

const FIRST_STEP_NS = 200;
/** Samples of a thread that are kept. */
const MOST = 8192;

/** A thread's spending up to a moment, in the order of SPENDINGS without waiting. */
interface Sample {
  readonly atNs: number;
  readonly spent: readonly number[];
}

export class CostLog implements Watcher {
  readonly #caches: Caches;
  readonly #kindNs: Float64Array;
  readonly #samples: Sample[][];
  readonly #nextNs: Float64Array;
  readonly #stepNs: Float64Array;

  constructor(caches: Caches, machine: MachineModel, threads: number) {
    this.#caches = caches;
    this.#kindNs = kindNs(machine);
    this.#samples = Array.from({ length: threads }, () => [{ atNs: 0, spent: SPENDINGS.slice(0, -1).map(() => 0) }]);
    this.#nextNs = new Float64Array(threads);
    this.#stepNs = new Float64Array(threads).fill(FIRST_STEP_NS);
  }

  access({ thread, atNs }: Watched): void {
    if (atNs >= this.#nextNs[thread]) this.#sample(thread, atNs);
  }

  slept(thread: number, fromNs: number, toNs: number): void {
    this.#sample(thread, fromNs);
    this.#sample(thread, toNs);
  }

  /** Ends the log. @param clocks the end of each thread, ns */
  finish(clocks: Float64Array): this {
    for (const [thread, atNs] of clocks.entries()) this.#sample(thread, atNs);
    return this;
  }

  /** Returns the spending of `thread` between two moments; between samples it is interpolated. */
  between(thread: number, fromNs: number, toNs: number): Spent {
    const [before, after] = [this.#upTo(thread, fromNs), this.#upTo(thread, toNs)];
    const spent = after.map((ns, i) => Math.max(0, ns - before[i]));
    const waiting = Math.max(0, toNs - fromNs - spent.reduce((sum, ns) => sum + ns, 0));
    return Object.fromEntries(SPENDINGS.map((name, i) => [name, spent[i] ?? waiting])) as Spent;
  }

  #sample(thread: number, atNs: number): void {
    const samples = this.#samples[thread];
    samples.push({ atNs, spent: spentBy(this.#caches, this.#kindNs, thread) });
    if (samples.length > MOST) {
      this.#samples[thread] = samples.filter((_, i) => i % 2 === 0);
      this.#stepNs[thread] *= 2;
    }
    this.#nextNs[thread] = atNs + this.#stepNs[thread];
  }

  #upTo(thread: number, atNs: number): number[] {
    const samples = this.#samples[thread];
    let [low, high] = [0, samples.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (samples[middle].atNs <= atNs) low = middle;
      else high = middle;
    }
    const [before, after] = [samples[low], samples[high]];
    const part = after.atNs === before.atNs ? 1 : Math.min(1, Math.max(0, (atNs - before.atNs) / (after.atNs - before.atNs)));
    return before.spent.map((ns, i) => ns + part * (after.spent[i] - ns));
  }
}

/** Returns what the accesses of `thread` have cost so far, in the order of SPENDINGS without waiting. @param ns see kindNs */
export function spentBy({ accesses, eventNs }: Caches, ns: Float64Array, thread: number): number[] {
  const costs = { compute: 0, misses: 0, transfers: 0, atomics: 0, branches: 0, waiting: 0 };
  for (let kind = 0; kind < KIND_COUNT; kind++) costs[ATOMIC.includes(kind) ? 'atomics' : 'compute'] += accesses[thread * KIND_COUNT + kind] * ns[kind];
  for (const [name, events] of Object.entries(STALLS)) for (const event of events) costs[name as Spending] += eventNs[thread * EVENT_COUNT + EVENT[event]];
  return SPENDINGS.slice(0, -1).map((name) => costs[name]);
}
