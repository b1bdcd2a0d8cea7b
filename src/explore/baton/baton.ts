/** The baton as one thread sees it: threads take turns in the order of a recorded course. */
import type { Host } from '../../rewrite/generated.ts';
import { FINISHED } from '../../rewrite/prologue.ts';
import { ACCESS_NUMBERS, MESSAGES, THREW, TURN_NUMBERS, type Course } from './course.ts';
import type { BatonHolder } from './plain-calls.ts';

/** Words of the shared control block. A word for each thread to sleep on follows. */
const AT_TURN = 0;
const AT_CLOCK = 1;
const AT_WOKEN = 2;
/** Words of an access in the trace. */
const TRACED = 3;
const WAKE = 4;

/** What all threads share: the memory, the course, and the trace that they write. */
export interface Relay {
  readonly memory: Int32Array;
  readonly turns: Int32Array;
  readonly clock: Float64Array;
  readonly woken: Int32Array;
  readonly trace: Int32Array;
  readonly control: Int32Array;
}

/** Room for more accesses than were recorded, so that additional ones are noticed. */
const SPARE = 64 * ACCESS_NUMBERS;

export function makeRelay(course: Course, threads: number): Relay {
  return {
    memory: shared(course.template),
    turns: shared(course.turns),
    clock: new Float64Array(new SharedArrayBuffer(course.clock.length * 8)).fill(0).map((_, i) => course.clock[i]),
    woken: shared(course.woken),
    trace: new Int32Array(new SharedArrayBuffer((course.trace.length + SPARE) * 4)),
    control: new Int32Array(new SharedArrayBuffer((WAKE + threads) * 4)),
  };
}

/** Starts the course: wakes the thread with the first turn. */
export function start({ turns, control }: Relay): void {
  wake(control, turns[0]);
}

/** Returns the accesses so far, in the format of Course.trace. */
export function traceOf({ trace, control }: Relay): Int32Array {
  return trace.slice(0, control[TRACED]);
}

/** The course is over, but this thread is not finished: it sleeps, or another thread has failed. */
export class Abandoned extends Error {}

/** The thread does something that its coroutine did not do. */
export class OffCourse extends Error {}

export class Baton implements BatonHolder, Host {
  budget = 0;
  readonly #relay: Relay;
  readonly #thread: number;
  readonly thread: number;

  constructor(relay: Relay, thread: number) {
    this.#relay = relay;
    this.#thread = this.thread = thread;
  }

  /**
   * Sleeps until it is this thread's turn.
   * @throws Abandoned if there are no more turns
   */
  take(): void {
    const { control, turns } = this.#relay;
    const mine = WAKE + this.#thread;
    while (Atomics.exchange(control, mine, 0) === 0) Atomics.wait(control, mine, 0);
    if (control[AT_TURN] * TURN_NUMBERS >= turns.length) throw new Abandoned();
    this.budget = turns[control[AT_TURN] * TURN_NUMBERS + 1];
  }

  handOver(value: number, index: number): unknown {
    this.pass(value, value < 0 && index < 0 ? 0 : index);
    this.take();
    const { control, turns } = this.#relay;
    return MESSAGES[turns[control[AT_TURN] * TURN_NUMBERS + 2]];
  }

  /**
   * Ends this turn, and wakes the thread with the next one.
   * @throws OffCourse if the recorded turn stops elsewhere
   */
  pass(value: number, index: number): void {
    const { control, turns } = this.#relay;
    const turn = control[AT_TURN];
    const wanted = turns[turn * TURN_NUMBERS + 3];
    const on = turns[turn * TURN_NUMBERS + 4];
    const isThere = value === wanted && (value === THREW || value === FINISHED || index === on);
    if (!isThere) throw new OffCourse(`turn ${turn}: thread ${this.#thread} stops at ${value} for word ${index}, where the coroutine stopped at ${wanted} for word ${on}`);
    control[AT_TURN] = turn + 1;
    if ((turn + 1) * TURN_NUMBERS < turns.length) wake(control, turns[(turn + 1) * TURN_NUMBERS]);
    else this.end();
  }

  /** Ends the course: no thread gets another turn. */
  end(): void {
    const { control, turns } = this.#relay;
    control[AT_TURN] = turns.length;
    for (let thread = 0; thread < control.length - WAKE; thread++) wake(control, thread);
  }

  now(): number {
    return this.#relay.clock[this.#relay.control[AT_CLOCK]++];
  }

  notify(): number {
    return this.#relay.woken[this.#relay.control[AT_WOKEN]++];
  }

  access(site: number, kind: number, index: number, value: number, old: number): void {
    const { control, trace } = this.#relay;
    const at = control[TRACED];
    if (at >= trace.length) throw new OffCourse(`thread ${this.#thread} makes more accesses than its coroutine`);
    trace[at] = this.#thread;
    trace[at + 1] = site;
    trace[at + 2] = kind;
    trace[at + 3] = index;
    trace[at + 4] = value;
    trace[at + 5] = old;
    control[TRACED] = at + ACCESS_NUMBERS;
  }
}

function wake(control: Int32Array, thread: number): void {
  Atomics.store(control, WAKE + thread, 1);
  Atomics.notify(control, WAKE + thread);
}

function shared(values: Int32Array): Int32Array {
  const copy = new Int32Array(new SharedArrayBuffer(values.length * 4));
  copy.set(values);
  return copy;
}
