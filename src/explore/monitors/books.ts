/**
 * The state of an execution that several monitors need: which thread holds which locks, and
 * which thread has stopped the world. It follows from the accesses alone, not from the memory.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import { M, PHASE } from '../../machine/m.ts';
import { P, P_STATUS } from '../../machine/p.ts';
import { SCHED, Sched, XGCWAITING } from '../../machine/sched.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import { LOCK_OP, XWORLDSEMA, lockOps } from './locks.ts';
import type { Report } from './report.ts';

/** The most locks that one thread holds at once: a select takes eight channels. */
const MOST = 16;
const UNKNOWN: readonly number[] = [];

export class Books implements Monitor {
  /** By site, one of LOCK_OP. */
  readonly ops: Uint8Array;
  /** By word, the thread that holds the lock there, plus one; 0 for none. */
  holder = new Uint8Array(0);
  /** By thread, its locks in the order in which it took them, MOST places each. */
  held = new Int32Array(0);
  /** By thread, the number of its locks. */
  heldCount = new Int32Array(0);
  /** The thread that has stopped the world; -1 while it runs. */
  stoppedBy = -1;
  /** By thread, 1 while it marks. Marking needs a stopped world, also in a scenario without a scheduler. */
  marks = new Uint8Array(0);
  readonly #report: Report;
  /** Parallel to `held`: the site of the access that took the lock. */
  #takenAt = new Int32Array(0);
  /** Parallel to `held`: the calls around that access. */
  #takenIn: (readonly number[])[] = [];
  #memory: Int32Array | null = null;
  #firstStatus = 0;
  #firstM = 0;
  /** False in a scenario that stops its threads in its own way: there the collecting M sets `gcing`. */
  #hasScheduler = true;
  #procs = 0;
  #status = new Uint8Array(0);
  #stopper = -1;

  constructor(sites: readonly Site[], report: Report) {
    this.ops = lockOps(sites);
    this.#report = report;
  }

  begin(m: Int32Array, threads: number): void {
    if (this.#memory !== m) this.#size(m, threads);
    this.holder.fill(0);
    this.heldCount.fill(0);
    this.marks.fill(0);
    this.#stopper = m[XGCWAITING] === 0 ? -1 : threads;
    this.stoppedBy = -1;
    for (let i = 0; i < this.#procs; i++) this.#status[i] = m[this.#firstStatus + i * P.words];
  }

  #size(m: Int32Array, threads: number): void {
    this.#memory = m;
    this.holder = new Uint8Array(m.length);
    this.held = new Int32Array(threads * MOST);
    this.#takenAt = new Int32Array(threads * MOST);
    this.#takenIn = Array.from({ length: threads * MOST }, () => UNKNOWN);
    this.heldCount = new Int32Array(threads);
    this.#firstStatus = m[CONFIG + Config.at.ps] + P.at.xstatus;
    this.#firstM = m[CONFIG + Config.at.ms];
    this.#hasScheduler = m[SCHED + Sched.at.maing] !== 0;
    this.marks = new Uint8Array(threads);
    this.#procs = m[CONFIG + Config.at.nprocs];
    this.#status = new Uint8Array(this.#procs);
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    const op = this.ops[site];
    if (op !== LOCK_OP.none) this.#lock(op, thread, site, kind, index, old);
    else if (kind === ACCESS.store) this.#changeM(thread, index, value);
    else if (kind === ACCESS.atomicStore || kind === ACCESS.cas) this.#world(thread, index, value);
  }

  #lock(op: number, thread: number, site: number, kind: number, index: number, old: number): void {
    if (op >= LOCK_OP.acquire && index !== XWORLDSEMA) return;
    if (op === LOCK_OP.release || op === LOCK_OP.semrelease) this.#drop(this.holder[index] - 1, index);
    else if (op === LOCK_OP.exchange ? old === 0 : kind === ACCESS.cas) this.#take(thread, site, index);
  }

  #take(thread: number, site: number, lock: Ref): void {
    this.holder[lock] = thread + 1;
    const place = thread * MOST + this.heldCount[thread]++;
    this.held[place] = lock;
    this.#takenAt[place] = site;
    this.#takenIn[place] = this.#report.stack();
  }

  #drop(thread: number, lock: Ref): void {
    if (thread < 0) return;
    this.holder[lock] = 0;
    const first = thread * MOST;
    const last = first + --this.heldCount[thread];
    let place = first;
    while (place < last && this.held[place] !== lock) place++;
    for (; place < last; place++) {
      this.held[place] = this.held[place + 1];
      this.#takenAt[place] = this.#takenAt[place + 1];
      this.#takenIn[place] = this.#takenIn[place + 1];
    }
  }

  #changeM(thread: number, index: number, value: number): void {
    const offset = index - this.#firstM;
    if (offset < 0 || offset >= this.#procs * M.words) return;
    const field = offset % M.words;
    if (field === M.at.phase) this.marks[thread] = value === PHASE.markRoots || value === PHASE.mark || value === PHASE.getfull ? 1 : 0;
    else if (field === M.at.gcing && !this.#hasScheduler) this.stoppedBy = value === 0 ? -1 : thread;
  }

  #world(thread: number, index: number, value: number): void {
    if (index === XGCWAITING) this.#stopper = value === 0 ? -1 : thread;
    else {
      const offset = index - this.#firstStatus;
      if (offset < 0 || offset % P.words !== 0 || offset >= this.#procs * P.words) return;
      this.#status[offset / P.words] = value;
    }
    this.stoppedBy = this.#stopper >= 0 && this.#allStopped() ? this.#stopper : -1;
  }

  #allStopped(): boolean {
    for (let i = 0; i < this.#procs; i++) {
      if (this.#status[i] !== P_STATUS.gcstop && this.#status[i] !== P_STATUS.dead) return false;
    }
    return true;
  }

  /** Tells whether `thread` holds `lock`. */
  holds(thread: number, lock: Ref): boolean {
    return this.holder[lock] === thread + 1;
  }

  /** Returns lock number `i` of those that `thread` holds. */
  heldAt(thread: number, i: number): Ref {
    return this.held[thread * MOST + i];
  }

  /** Returns lines that say where the holder of `lock` took it; none if it is free. */
  whereTaken(lock: Ref): string[] {
    const thread = this.holder[lock] - 1;
    if (thread < 0) return [];
    let place = thread * MOST;
    while (this.held[place] !== lock) place++;
    return this.#report.place(this.#takenAt[place], this.#takenIn[place]);
  }
}
