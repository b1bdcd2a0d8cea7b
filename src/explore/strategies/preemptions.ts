/**
 * An execution as a list of departures, and its replay: preemptions, where it departs from the default order
 * (default-order.ts), and loads of older values, under a weak memory model.
 */
import { UsageError } from '../../base/fatal.ts';
import type { Scene, SearchProgress, Strategy } from '../strategy.ts';
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

/**
 * At access number `at` of `thread` the choice number `part`, from 0, is `value`. Loads that can tear make several
 * choices; a choice that is not listed is 0, the newest value.
 */
export interface OlderValue {
  readonly thread: number;
  readonly at: number;
  readonly part: number;
  readonly value: number;
}

/** A place where an execution departs from the one in which threads run in the default order and load the newest values. */
export type Departure = Preemption | OlderValue;

export function isPreemption(departure: Departure): departure is Preemption {
  return 'to' in departure;
}

export function isOlderValue(departure: Departure): departure is OlderValue {
  return !isPreemption(departure);
}

/** Follows a list of departures. One that is never reached, whose thread can't run or whose value there is not, is skipped. */
export class ReplayPreemptions implements Strategy {
  readonly name: string;
  readonly asksOnWake = false;
  budget = 1;
  readonly #order = new DefaultOrder();
  /** By thread, START first: its preemptions, ascending. */
  readonly #of: Preemption[][] = [];
  /** By thread, START first: preemptions that lie behind it. */
  #done: number[] = [];

  readonly #values = new Map<string, number>();
  readonly #parts = new Parts();

  constructor(departures: readonly Departure[]) {
    this.name = specOf(departures);
    for (const { thread, at, part, value } of departures.filter(isOlderValue)) this.#values.set(`${thread}.${at}.${part}`, value);
    for (const each of departures.filter(isPreemption)) (this.#of[each.thread - START] ??= []).push(each);
    // Recorded steps are distinct. The sort is stable, so of two preemptions at one step the first holds.
    for (const list of this.#of) list?.sort((a, b) => a.at - b.at);
  }

  begin(scene: Scene): void {
    this.#order.begin(scene);
    this.#done = this.#of.map(() => 0);
    this.#parts.begin();
  }

  choose(scene: Scene, count: number): number {
    const part = this.#parts.next(scene);
    if (this.#values.size === 0) return 0;
    const value = this.#values.get(`${scene.current}.${scene.accessNumber}.${part}`) ?? 0;
    return value < count ? value : 0;
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
  /** Departures of the current or last execution, in order. */
  departures: Departure[] = [];
  readonly #parts = new Parts();
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
    this.departures = [];
    this.#parts.begin();
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
      this.departures.push({ thread: last, at: order.step(scene, last), to: thread });
    }
    this.#noteSleepers(scene, thread);
    order.last = thread;
    return thread;
  }

  choose(scene: Scene, count: number): number {
    const part = this.#parts.next(scene);
    const value = this.#inner.choose?.(scene, count) ?? 0;
    if (value > 0) this.departures.push({ thread: scene.current, at: scene.accessNumber, part, value });
    return value;
  }

  end(scene: Scene): void {
    this.#inner.end?.(scene);
  }

  get spec(): string {
    return specOf(this.departures);
  }

  get covered(): string {
    return this.#inner.covered ?? '';
  }

  get progress(): SearchProgress | undefined {
    return this.#inner.progress;
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

/** Numbers the choices of one access. */
class Parts {
  #thread = -1;
  #at = -1;
  #part = 0;

  begin(): void {
    this.#thread = -1;
  }

  /** Returns the number of the choice that the running thread makes now, among those of the same access. */
  next({ current, accessNumber }: Scene): number {
    this.#part = current === this.#thread && accessNumber === this.#at ? this.#part + 1 : 0;
    this.#thread = current;
    this.#at = accessNumber;
    return this.#part;
  }
}

function canRun(scene: Scene, thread: number): boolean {
  return contains(scene.runnable, scene.runnableCount, thread) || contains(scene.sleeping, scene.sleepingCount, thread);
}

function specOf(departures: readonly Departure[]): string {
  return `preemptions:${formatDepartures(departures)}`;
}

/** Formats departures for a command line, joined by commas: thread.at.to, thread.at=value or thread.at/part=value. */
export function formatDepartures(departures: readonly Departure[]): string {
  return departures.map((each) => (isPreemption(each) ? `${each.thread}.${each.at}.${each.to}` : `${each.thread}.${each.at}${each.part === 0 ? '' : `/${each.part}`}=${each.value}`)).join();
}

/**
 * Parses the format of `formatDepartures`.
 * @throws UsageError for any other text
 */
export function parseDepartures(text: string): Departure[] {
  if (text === '') return [];
  return text.split(',').map((each) => {
    const older = /^(\d+)\.(\d+)(?:\/(\d+))?=(\d+)$/.exec(each);
    if (older !== null) {
      const [thread, at, part, value] = older.slice(1).map((digits) => Number(digits ?? 0));
      return { thread, at, part, value };
    }
    const match = /^(-1|\d+)\.(\d+)\.(\d+)$/.exec(each);
    if (match === null) throw new UsageError(`a preemption is thread.step.thread, as 0.57.2, and an older value is thread.access=number, as 0.58=1, not '${each}'`);
    const [thread, at, to] = match.slice(1).map(Number);
    return { thread, at, to };
  });
}

export const preemptions: StrategyEntry = {
  spec: 'preemptions:0.57.2',
  summary: 'each thread runs until it sleeps or ends, except at the listed preemptions: thread.step.thread, joined by commas; under a weak memory model loads return the newest value, except those listed: thread.access=number',
  make: (parameters) => new ReplayPreemptions(parseDepartures(parameters)),
};
