/**
 * Runs coroutines on virtual clocks: a conservative discrete-event simulation with one clock for each thread.
 *
 * 1. Every runnable thread is in a binary heap ordered by clock. The first is the thread furthest behind.
 * 2. It runs until its clock passes the next clock in the heap by more than a quantum (`access`, `$preempt`).
 * 3. Each access asks the core model (cores.ts) for the time of the next one and advances the clock.
 * 4. A thread that sleeps without a timeout leaves the heap. With a timeout it stays, its clock at the end of the timeout.
 * 5. `notify` wakes sleepers of a word in order of arrival, and moves each clock to the time of the wake-up.
 * 6. A finished thread leaves the heap. The run ends with the heap empty.
 *
 * Invariants: a thread's clock never decreases. Accesses of different threads happen in the order of their virtual times to
 * within the quantum, which is shorter than the transfer of a line between cores. The same input gives the same run.
 *
 * Source: our own; the quantum is that of the Wisconsin Wind Tunnel (Reinhardt et al., 1993).
 */
import type { Control, Coroutine, Fiber, Host, WaitResult } from '../rewrite/generated.ts';
import { Stopped } from '../run/errors.ts';
import { FINISHED } from '../rewrite/prologue.ts';
import { ACCESS } from '../rewrite/sites.ts';
import type { Caches } from './caches.ts';
import { Cores } from './cores.ts';
import { LINE_SHIFT } from './line.ts';
import type { MachineModel } from './machine-model.ts';
import { HeapObjects } from './objects.ts';
import { placeThreads, type Pin } from './placement.ts';

/** The lead that a thread may have over another, ns. */
const QUANTUM_NS = 15;
/** A step limit that is never reached: a thread stops because of its clock or a sleep. */
const ENDLESS = 0x3fff_ffff;
/** Virtual time of all threads together between two checks of isStopped, ns: a few milliseconds of real time. */
const ASK_NS = 25_000;
/** The ns that the emitter charges for a pause instruction; see emit.ts. */
const EMITTED_PAUSE_NS = 5;

/**
 * Records that the model lays out field by field: the first `length` words of each of `count` records, which begin at
 * `start` and are `stride` words apart.
 */
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
  /** Bytes of memory in use; they determine the cost of a miss. */
  readonly inUse: number;
  /** Where the threads are on the machine. */
  readonly pin?: Pin;
  readonly quantumNs?: number;
  /** Reports whether the caller wants the run to end. */
  readonly isStopped?: () => boolean;
  /** Records without their padding, for experiments. */
  readonly interleaved?: Interleaved;
  /** Factors of the cost of an access by its site, for experiments. */
  readonly scales?: Float64Array;
}

export interface VirtualRun {
  readonly results: readonly unknown[];
  /** End of the last thread, ns. */
  readonly endNs: number;
  /** End of each thread, ns. */
  readonly clocks: Float64Array;
  /** Time that each thread slept, ns. */
  readonly sleptNs: Float64Array;
  readonly caches: Caches;
}

/**
 * Runs all threads to their ends.
 * @throws Stopped if isStopped returns true; Error if all remaining threads sleep without a timeout; errors of the threads
 */
export function runVirtual(options: VirtualOptions): VirtualRun {
  return new VirtualTime(options).run();
}

/** The simulation. A subclass may watch it: watched-time.ts does. */
export class VirtualTime implements Host {
  readonly #core: Control;
  readonly #machine: MachineModel;
  readonly #cores: Cores;
  readonly #threads: number;
  readonly #fibers: Fiber[];
  readonly #results: unknown[];
  readonly #quantum: number;
  readonly #clock: Float64Array;
  readonly #slept: Float64Array;
  /** The word that each thread sleeps on; -1 for none. */
  readonly #waitsOn: Int32Array;
  /** Clock at the start of the sleep. */
  readonly #asleepAt: Float64Array;
  /** Order of arrival of the sleepers. */
  readonly #arrival: Float64Array;
  readonly #messages: (WaitResult | undefined)[];
  /** Binary heap by clock of all threads but finished ones and sleepers without a timeout. */
  readonly #queue: Int32Array;
  #queued = 0;
  #arrivals = 0;
  #current = 0;
  /** Clock and limit of the running thread. In a typed array, because V8 would box fields. */
  readonly #now = new Float64Array(2);
  /** First word of the records that are laid out field by field. */
  readonly #beyond: number;
  readonly #from: number;
  readonly #to: number;
  readonly #interleaved: Interleaved | undefined;
  readonly #isStopped: () => boolean;
  /** Clock at which isStopped is called next. */
  #askAt = 0;

  constructor({ core, machine, m, threads, inUse, pin, quantumNs, interleaved, scales, isStopped = () => false }: VirtualOptions) {
    const n = threads.length;
    this.#isStopped = isStopped;
    this.#core = core;
    this.#machine = machine;
    this.#threads = n;
    this.#beyond = (m.length | ((1 << LINE_SHIFT) - 1)) + 1;
    this.#interleaved = interleaved;
    this.#cores = new Cores(machine, placeThreads(machine, n, pin), this.words, inUse, { scales, objects: new HeapObjects(m) });
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
    this.#from = interleaved?.start ?? 0;
    this.#to = interleaved === undefined ? 0 : this.#from + interleaved.stride * interleaved.count;
  }

  run(): VirtualRun {
    this.#core.$attach(this);
    for (let thread = 0; thread < this.#threads; thread++) this.#enqueue(thread);
    while (this.#queued > 0) this.#turn();
    const asleep = this.#waitsOn.findIndex((word) => word >= 0);
    if (asleep >= 0) throw new Error(`thread ${asleep} sleeps on m[${this.#waitsOn[asleep]}], and no thread is left to wake it`);
    return { results: this.#results, endNs: Math.max(...this.#clock), clocks: this.#clock, sleptNs: this.#slept, caches: this.#cores.caches };
  }

  /** Runs the thread that is furthest behind up to its limit. */
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
      this.#cores.rest(thread);
      this.#dequeueFirst();
    } else {
      this.#park(thread, this.#core.$pendingIndex(), this.#core.$parkTimeout());
    }
  }

  /** Calls isStopped: a run takes up to minutes and does not return to the event loop. */
  #ask(): void {
    if (this.#isStopped()) throw new Stopped();
    this.#askAt = this.#now[0] + ASK_NS / this.#threads;
  }

  #park(thread: number, index: number, timeout: number): void {
    this.#cores.rest(thread);
    if (index < 0) {
      // A spin: only the time passes.
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
    this.slept(thread, this.#asleepAt[thread], this.#clock[thread]);
    this.#waitsOn[thread] = -1;
    this.#slept[thread] += this.#clock[thread] - this.#asleepAt[thread];
    this.#messages[thread] = message;
  }

  /** Caches of all cores. */
  protected get caches(): Caches {
    return this.#cores.caches;
  }

  /** Words of memory as it is laid out. */
  protected get words(): number {
    return this.#beyond + (this.#interleaved === undefined ? 0 : this.#interleaved.length * this.#interleaved.count);
  }

  /** The running thread. */
  protected get current(): number {
    return this.#current;
  }

  /** Clock of the running thread. */
  protected get currentNs(): number {
    return this.#now[0];
  }

  /** Called when a sleep of `thread` ends. */
  protected slept(_thread: number, _fromNs: number, _toNs: number): void {}

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

  /** Wakes `thread`. The running thread pays for the call. */
  #wake(thread: number): void {
    this.#now[0] += this.#machine.notifyNs;
    this.#remove(thread);
    this.#clock[thread] = Math.max(this.#asleepAt[thread], this.#now[0] + this.#machine.wakeNs);
    this.#endWait(thread, 'ok');
    this.#enqueue(thread);
    this.#now[1] = Math.min(this.#now[1], this.#clock[thread] + this.#quantum);
    if (this.#now[0] > this.#now[1]) this.#core.$preempt();
  }

  access(site: number, kind: number, index: number, value: number, _old: number): void {
    const now = this.#now;
    if (kind === ACCESS.fill || kind === ACCESS.copy) this.#range(site, kind, index, value);
    const at = this.#cores.access(this.#current, site, kind, this.wordOf(kind, index), value, now[0]);
    now[0] = at;
    if (at > now[1]) this.#core.$preempt();
  }

  /** Accesses all lines of a range but the first. */
  #range(site: number, kind: number, start: number, words: number): void {
    for (let line = (start >> LINE_SHIFT) + 1; line << LINE_SHIFT < start + words; line++) {
      this.#now[0] = this.#cores.access(this.#current, site, kind, line << LINE_SHIFT, 0, this.#now[0]);
    }
  }

  /** Returns the word that an access of `kind` at `index` touches, as memory is laid out. */
  protected wordOf(kind: number, index: number): number {
    const word = kind === ACCESS.byteLoad || kind === ACCESS.byteStore ? index >> 2 : index;
    return word >= this.#from && word < this.#to ? this.#unpadded(word) : word;
  }

  /** Returns the place of `word` in the field-by-field layout. */
  #unpadded(word: number): number {
    const { start, stride, length, count } = this.#interleaved!;
    const record = Math.floor((word - start) / stride);
    const field = word - start - record * stride;
    return field < length ? this.#beyond + field * count + record : word;
  }

  /** Returns the second smallest clock in the heap. */
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

  /** Removes `thread` from the heap, if it is there. The running thread stays first. */
  #remove(thread: number): void {
    const at = this.#queue.subarray(0, this.#queued).indexOf(thread);
    if (at < 0) return;
    const others = [...this.#queue.subarray(0, this.#queued)].filter((each) => each !== thread);
    this.#queued = 0;
    for (const each of others) this.#enqueue(each);
  }

  /** Restores the heap after the clock of the thread at `from` has grown. */
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
