/** An execution as a list of preemptions, the places where it departs from the default order (default-order.ts), and its replay. */
import { UsageError } from '../../base/fatal.ts';
import type { Scene, Strategy } from '../strategy.ts';
import { contains, DefaultOrder, START } from './default-order.ts';
import type { StrategyEntry } from './entry.ts';

/**
 * At step number `at` of `thread`, thread `to` runs instead. `thread` may be START.
 *
 * Steps are numbered from 1 for each thread: its accesses, each going to sleep, its end. Until the
 * thread first sleeps, `at` is the number of its pending access. If `to` sleeps, it wakes by timeout.
 * If `to` is `thread` itself, it continues, but the clock is read: sleeping threads whose deadlines
 * have passed wake.
 */
export interface Preemption {
  readonly thread: number;
  readonly at: number;
  readonly to: number;
}

/** Follows a list of preemptions. One that is never reached, or whose thread can't run, is skipped. */
export class ReplayPreemptions implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  budget = 1;
  readonly #order = new DefaultOrder();
  /** By thread, START first: its preemptions, ascending. */
  readonly #of: Preemption[][] = [];
  /** By thread, START first: preemptions that lie behind it. */
  #done: number[] = [];

  constructor(preemptions: readonly Preemption[]) {
    this.name = specOf(preemptions);
    for (const each of preemptions) (this.#of[each.thread - START] ??= []).push(each);
    // Recorded steps are distinct. The sort is stable, so of two preemptions at one step the first holds.
    for (const list of this.#of) list?.sort((a, b) => a.at - b.at);
  }

  begin(scene: Scene): void {
    this.#order.begin(scene);
    this.#done = this.#of.map(() => 0);
  }

  next(scene: Scene): number {
    const order = this.#order;
    order.look(scene);
    const wanted = this.#due(order.last, order.step(scene, order.last));
    const thread = wanted !== undefined && canRun(scene, wanted) ? wanted : order.next(scene);
    order.last = thread;
    this.budget = this.#next(thread, order.step(scene, thread)) - order.step(scene, thread);
    return thread;
  }

  /** Returns the thread that preempts `thread` at this step, if any. */
  #due(thread: number, step: number): number | undefined {
    const list = this.#of[thread - START] ?? [];
    const place = this.#pass(thread, step);
    return list[place]?.at === step ? list[place].to : undefined;
  }

  /** Returns the next step after this one at which `thread` is preempted. */
  #next(thread: number, step: number): number {
    return this.#of[thread - START]?.[this.#pass(thread, step + 1)]?.at ?? Number.MAX_SAFE_INTEGER;
  }

  /** Skips the preemptions before `step`; returns the place of the next. */
  #pass(thread: number, step: number): number {
    const list = this.#of[thread - START] ?? [];
    let place = this.#done[thread - START] ?? 0;
    while (place < list.length && list[place].at < step) place++;
    if (list.length > 0) this.#done[thread - START] = place;
    return place;
  }
}

/**
 * Lets another strategy choose, and records the preemptions that repeat the execution exactly: the
 * same accesses in the same order, and the same verdict.
 */
export class RecordPreemptions implements Strategy {
  readonly name: string;
  readonly asksOnWake: boolean;
  budget = 1;
  /** Preemptions of the current or last execution. */
  preemptions: Preemption[] = [];
  readonly #inner: Strategy;
  readonly #order = new DefaultOrder();
  /** By thread: 1 if it slept at the last choice. */
  #slept = new Uint8Array(0);

  constructor(inner: Strategy) {
    this.#inner = inner;
    this.name = inner.name;
    this.asksOnWake = inner.asksOnWake;
  }

  begin(scene: Scene, seed: number): void {
    this.preemptions = [];
    this.#order.begin(scene);
    if (this.#slept.length === scene.threads) this.#slept.fill(0);
    else this.#slept = new Uint8Array(scene.threads);
    this.#inner.begin(scene, seed);
  }

  next(scene: Scene): number {
    const order = this.#order;
    order.look(scene);
    const { last } = order;
    const thread = this.#inner.next(scene);
    this.budget = this.#inner.budget;
    // Deadlines are checked when the strategy is asked. A replay is asked at a thread's own sleep anyway.
    if (thread !== order.next(scene) || (this.#hasWoken(scene) && !order.left)) {
      this.preemptions.push({ thread: last, at: order.step(scene, last), to: thread });
    }
    this.#noteSleepers(scene, thread);
    order.last = thread;
    return thread;
  }

  end(scene: Scene): void {
    this.#inner.end?.(scene);
  }

  get spec(): string {
    return specOf(this.preemptions);
  }

  get covered(): string {
    return this.#inner.covered ?? '';
  }

  get exhausted(): boolean {
    return this.#inner.exhausted ?? false;
  }

  /** Reports whether a thread has woken since the last choice. */
  #hasWoken(scene: Scene): boolean {
    for (let i = 0; i < scene.runnableCount; i++) if (this.#slept[scene.runnable[i]] === 1) return true;
    return false;
  }

  /** Notes which threads are asleep while `chosen` runs. */
  #noteSleepers({ sleeping, sleepingCount }: Scene, chosen: number): void {
    this.#slept.fill(0);
    for (let i = 0; i < sleepingCount; i++) if (sleeping[i] !== chosen) this.#slept[sleeping[i]] = 1;
  }
}

function canRun(scene: Scene, thread: number): boolean {
  return contains(scene.runnable, scene.runnableCount, thread) || contains(scene.sleeping, scene.sleepingCount, thread);
}

function specOf(preemptions: readonly Preemption[]): string {
  return `preemptions:${formatPreemptions(preemptions)}`;
}

/** Formats preemptions for a command line: thread.at.to, joined by commas. */
export function formatPreemptions(preemptions: readonly Preemption[]): string {
  return preemptions.map(({ thread, at, to }) => `${thread}.${at}.${to}`).join();
}

/**
 * Parses the format of `formatPreemptions`.
 * @throws UsageError for any other text
 */
export function parsePreemptions(text: string): Preemption[] {
  if (text === '') return [];
  return text.split(',').map((each) => {
    const match = /^(-1|\d+)\.(\d+)\.(\d+)$/.exec(each);
    if (match === null) throw new UsageError(`a preemption is thread.step.thread, as 0.57.2, not '${each}'`);
    const [thread, at, to] = match.slice(1).map(Number);
    return { thread, at, to };
  });
}

export const preemptions: StrategyEntry = {
  spec: 'preemptions:0.57.2',
  summary: 'each thread runs until it sleeps or ends, except at the listed preemptions: thread.step.thread, joined by commas',
  make: (parameters) => new ReplayPreemptions(parsePreemptions(parameters)),
};
