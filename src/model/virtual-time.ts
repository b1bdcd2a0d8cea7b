/**
 * Runs coroutines by virtual clocks, one for each thread: who is furthest behind goes on, until
 * it is no longer. So accesses happen in the order of their virtual times, to within a quantum
 * that is shorter than a line takes from one core to another.
 */
import type { Control, Coroutine, Fiber, Host, WaitResult } from '../rewrite/generated.ts';
import { Stopped } from '../run/errors.ts';
import { FINISHED } from '../rewrite/prologue.ts';
import { ACCESS } from '../rewrite/sites.ts';
import { LINE_SHIFT, type Caches } from './caches.ts';
import { Cores } from './cores.ts';
import type { MachineModel } from './machine-model.ts';

/** Nanoseconds by which a thread may get ahead of another. */
const QUANTUM_NS = 15;
/** Never reached: who runs stops for the clock, or because it sleeps. */
const ENDLESS = 0x3fff_ffff;
/** Nanoseconds of virtual time, of all threads together, between two questions whether to go on: few milliseconds of real time. */
const ASK_NS = 25_000;
/** The emitter counts a pause as this many ns; see emit.ts. */
const EMITTED_PAUSE_NS = 5;

/** Words that a model lays out anew: field by field what `count` records of `stride` words hold from `start` on, `length` words each. */
export interface Interleaved {
  readonly start: number;
  readonly stride: number;
  readonly length: number;
  readonly count: number;
}

export interface VirtualOptions {
  readonly core: Control;
  readonly machine: MachineModel;
  readonly m: Int32Array;
  readonly threads: readonly ((m: Int32Array) => Coroutine)[];
  /** Bytes of the memory that are touched: what a miss costs depends on them. */
  readonly inUse: number;
  readonly quantumNs?: number;
  /** Whether the caller wants the run to end. */
  readonly isStopped?: () => boolean;
  /** For an experiment: records whose padding is taken away. */
  readonly interleaved?: Interleaved;
}

export interface VirtualRun {
  readonly results: readonly unknown[];
  /** When the last thread ended; when each did; what each slept of it. */
  readonly endNs: number;
  readonly clocks: Float64Array;
  readonly sleptNs: Float64Array;
  readonly caches: Caches;
}

/**
 * Runs all threads to their ends.
 * @throws Stopped if the caller wants the run to end; Error when all threads left sleep for ever; errors of the threads
 */
export function runVirtual(options: VirtualOptions): VirtualRun {
  return new VirtualTime(options).run();
}

class VirtualTime implements Host {
  readonly #core: Control;
  readonly #machine: MachineModel;
  readonly #cores: Cores;
  readonly #threads: number;
  readonly #fibers: Fiber[];
  readonly #results: unknown[];
  readonly #quantum: number;
  readonly #clock: Float64Array;
  readonly #slept: Float64Array;
  /** Word each thread sleeps on, -1 for none; when it fell asleep; the order in which they did. */
  readonly #waitsOn: Int32Array;
  readonly #asleepAt: Float64Array;
  readonly #arrival: Float64Array;
  readonly #messages: (WaitResult | undefined)[];
  /** Threads that will go on, a heap by their clocks. */
  readonly #queue: Int32Array;
  #queued = 0;
  #arrivals = 0;
  #current = 0;
  /** Of the thread that runs: its clock, and where it must stop. A typed array, for V8 would box them. */
  readonly #now = new Float64Array(2);
  /** Where words lie that were laid out anew. */
  readonly #beyond: number;
  readonly #from: number;
  readonly #to: number;
  readonly #interleaved: Interleaved | undefined;
  readonly #isStopped: () => boolean;
  /** When to ask next. */
  #askAt = 0;

  constructor({ core, machine, m, threads, inUse, quantumNs, interleaved, isStopped = () => false }: VirtualOptions) {
    const n = threads.length;
    this.#isStopped = isStopped;
    this.#core = core;
    this.#machine = machine;
    this.#threads = n;
    this.#beyond = (m.length | ((1 << LINE_SHIFT) - 1)) + 1;
    this.#cores = new Cores(machine, n, this.#beyond + (interleaved === undefined ? 0 : interleaved.length * interleaved.count), inUse);
    this.#fibers = threads.map((start) => core.$spawn(start(m)));
    this.#results = threads.map(() => undefined);
    this.#messages = threads.map(() => undefined);
    this.#quantum = quantumNs ?? QUANTUM_NS;
    this.#clock = new Float64Array(n);
    this.#slept = new Float64Array(n);
    this.#waitsOn = new Int32Array(n).fill(-1);
    this.#asleepAt = new Float64Array(n);
    this.#arrival = new Float64Array(n);
    this.#queue = new Int32Array(n);
    this.#interleaved = interleaved;
    this.#from = interleaved?.start ?? 0;
    this.#to = interleaved === undefined ? 0 : this.#from + interleaved.stride * interleaved.count;
  }

  run(): VirtualRun {
    this.#core.$attach(this);
    for (let thread = 0; thread < this.#threads; thread++) this.#enqueue(thread);
    while (this.#queued > 0) this.#turn();
    const asleep = this.#waitsOn.findIndex((word) => word >= 0);
    if (asleep >= 0) throw new Error(`thread ${asleep} sleeps on m[${this.#waitsOn[asleep]}], and nobody is left to wake it`);
    return { results: this.#results, endNs: Math.max(...this.#clock), clocks: this.#clock, sleptNs: this.#slept, caches: this.#cores.caches };
  }

  /** Who is furthest behind runs until it is no longer. */
  #turn(): void {
    const thread = this.#queue[0];
    if (this.#waitsOn[thread] >= 0) this.#endWait(thread, 'timed-out');
    this.#current = thread;
    this.#now[0] = this.#clock[thread];
    if (this.#now[0] >= this.#askAt) this.#ask();
    this.#now[1] = Math.min(this.#nextClock() + this.#quantum, this.#askAt);
    const site = this.#core.$resume(this.#fibers[thread], ENDLESS, this.#messages[thread]);
    this.#clock[thread] = this.#now[0];
    if (site >= 0) {
      this.#sink(0);
    } else if (site === FINISHED) {
      this.#results[thread] = this.#core.$returned();
      this.#dequeueFirst();
    } else {
      this.#park(thread, this.#core.$pendingIndex(), this.#core.$parkTimeout());
    }
  }

  /** A run takes up to minutes, in which the thread hears nothing else. */
  #ask(): void {
    if (this.#isStopped()) throw new Stopped();
    this.#askAt = this.#now[0] + ASK_NS / this.#threads;
  }

  #park(thread: number, index: number, timeout: number): void {
    if (index < 0) {
      // It spins: the time passes, and nobody wakes it.
      this.#clock[thread] += (timeout / EMITTED_PAUSE_NS) * this.#machine.pauseNs;
      this.#messages[thread] = 'timed-out';
      this.#sink(0);
      return;
    }
    this.#waitsOn[thread] = index;
    this.#arrival[thread] = this.#arrivals++;
    this.#asleepAt[thread] = this.#clock[thread];
    if (timeout === Infinity) {
      this.#dequeueFirst();
    } else {
      this.#clock[thread] += timeout + this.#machine.sleepNs;
      this.#sink(0);
    }
  }

  #endWait(thread: number, message: WaitResult): void {
    this.#waitsOn[thread] = -1;
    this.#slept[thread] += this.#clock[thread] - this.#asleepAt[thread];
    this.#messages[thread] = message;
  }

  now(): number {
    this.#now[0] = this.#cores.settle(this.#current, this.#now[0]);
    return this.#now[0];
  }

  notify(index: number, count: number): number {
    let woken = 0;
    while (woken < count) {
      let first = -1;
      for (let thread = 0; thread < this.#threads; thread++) {
        if (this.#waitsOn[thread] !== index) continue;
        if (first < 0 || this.#arrival[thread] < this.#arrival[first]) first = thread;
      }
      if (first < 0) break;
      this.#wake(first);
      woken++;
    }
    return woken;
  }

  /** By the thread that runs, which pays for the call. */
  #wake(thread: number): void {
    this.#now[0] += this.#machine.notifyNs;
    this.#remove(thread);
    this.#clock[thread] = Math.max(this.#asleepAt[thread], this.#now[0] + this.#machine.wakeNs);
    this.#endWait(thread, 'ok');
    this.#enqueue(thread);
    this.#now[1] = Math.min(this.#now[1], this.#clock[thread] + this.#quantum);
    if (this.#now[0] > this.#now[1]) this.#core.$preempt();
  }

  access(site: number, kind: number, index: number, value: number): void {
    const now = this.#now;
    let word = index;
    if (kind >= ACCESS.fill) {
      if (kind === ACCESS.fill || kind === ACCESS.copy) this.#range(site, kind, index, value);
      else word = index >> 2;
    }
    if (word >= this.#from && word < this.#to) word = this.#unpadded(word);
    const at = this.#cores.access(this.#current, site, kind, word, value, now[0]);
    now[0] = at;
    if (at > now[1]) this.#core.$preempt();
  }

  /** All lines of a range but the first. */
  #range(site: number, kind: number, start: number, words: number): void {
    for (let line = (start >> LINE_SHIFT) + 1; line << LINE_SHIFT < start + words; line++) {
      this.#now[0] = this.#cores.access(this.#current, site, kind, line << LINE_SHIFT, 0, this.#now[0]);
    }
  }

  /** Where the word would lie if the records stood field by field, without padding between them. */
  #unpadded(word: number): number {
    const { start, stride, length, count } = this.#interleaved!;
    const record = Math.floor((word - start) / stride);
    const field = word - start - record * stride;
    return field < length ? this.#beyond + field * count + record : word;
  }

  /** The clock of who comes after the first. */
  #nextClock(): number {
    const queue = this.#queue;
    if (this.#queued < 2) return Infinity;
    const left = this.#clock[queue[1]];
    if (this.#queued === 2) return left;
    const right = this.#clock[queue[2]];
    return left < right ? left : right;
  }

  #enqueue(thread: number): void {
    const queue = this.#queue;
    let at = this.#queued++;
    const clock = this.#clock[thread];
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#clock[queue[parent]] <= clock) break;
      queue[at] = queue[parent];
      at = parent;
    }
    queue[at] = thread;
  }

  #dequeueFirst(): void {
    this.#queue[0] = this.#queue[--this.#queued];
    if (this.#queued > 0) this.#sink(0);
  }

  /** Takes `thread` out of the queue, if it is in it; who runs stays first. */
  #remove(thread: number): void {
    const at = this.#queue.subarray(0, this.#queued).indexOf(thread);
    if (at < 0) return;
    const others = [...this.#queue.subarray(0, this.#queued)].filter((each) => each !== thread);
    this.#queued = 0;
    for (const each of others) this.#enqueue(each);
  }

  /** The clock of who stands at `from` has grown. */
  #sink(from: number): void {
    const queue = this.#queue;
    const clocks = this.#clock;
    const thread = queue[from];
    const clock = clocks[thread];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#queued) break;
      if (child + 1 < this.#queued && clocks[queue[child + 1]] < clocks[queue[child]]) child++;
      if (clocks[queue[child]] >= clock) break;
      queue[at] = queue[child];
      at = child;
    }
    queue[at] = thread;
  }
}
