/**
 * Records what each thread of a predicted mark does. It watches the words by which the threads do it, so the marking
 * source holds no code for it and no predicted time changes.
 *
 *   1. The M's phase (machine/m.ts) says whether it scans, waits for work (getfull), or has finished. Its counters of
 *      yields and sleeps say how it waits.
 *   2. The parallel for (sync/parfor.ts): a thread counts itself in, adds 1 to its range for each root that it takes,
 *      and steals with a CAS of another's range.
 *   3. A push on `full` publishes a work buffer, and a pop takes it. Both are a CAS of the stack's head, whose value
 *      names the buffer and the push (sync/lfstack.ts).
 *
 * Invariants: slices of a thread are nested or apart. Slices of the kinds up to `wait` lie end to end.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { GCStats, M, PHASE, mAt } from '../machine/m.ts';
import { LFStack } from '../sync/lfstack.ts';
import { MARKFOR, ParFor, posOf } from '../sync/parfor.ts';
import { FULL } from '../gc/work.ts';
import { ACCESS } from '../rewrite/sites.ts';
import type { Watched, Watcher } from './watched-time.ts';

/** What a thread does. */
export const ACTIVITIES = ['roots', 'scan', 'getfull spin', 'getfull yield', 'getfull sleep', 'wait', 'root', 'steal', 'handoff'] as const;
export type Activity = (typeof ACTIVITIES)[number];

export interface MarkSlice {
  readonly thread: number;
  readonly activity: Activity;
  readonly startNs: number;
  readonly endNs: number;
  /** Of a root: its iteration of the parallel for. Of a handoff: the objects handed off. Otherwise -1. */
  readonly detail: number;
}

/** Work that one thread has published and another taken. */
export interface MarkFlow {
  readonly kind: 'handoff' | 'steal';
  readonly from: { readonly lane: number; readonly atNs: number };
  readonly to: { readonly lane: number; readonly atNs: number };
}

export interface MarkActivity {
  readonly slices: readonly MarkSlice[];
  readonly flows: readonly MarkFlow[];
  /** Slices and flows beyond the limit. */
  readonly dropped: number;
  /** End of the last thread. */
  readonly endNs: number;
}

/** Slices that are kept, and as many flows. */
const MOST = 200_000;

/** Watched words by what a store to them means. */
const WORD = { phase: 1, handedOff: 2, yields: 3, sleeps: 4, counted: 5, range: 6, full: 7 } as const;

const ID_BITS = CONFIG + Config.at.lfstackIdBits;

interface Open {
  readonly activity: Activity;
  readonly startNs: number;
  detail: number;
}

/** What one thread does at the moment: at each level one slice, inside the one before. */
interface Doing {
  outer: Open | undefined;
  /** A root, or the search for one. */
  inner: Open | undefined;
  handoff: Open | undefined;
  roots: number;
}

export class MarkRecorder implements Watcher {
  readonly #m: Int32Array;
  readonly #alone: boolean;
  readonly #words = new Map<number, number>();
  readonly #doing: Doing[];
  /** The thread whose range each word holds. */
  readonly #owners = new Map<number, number>();
  /** Published buffers by the head of `full` that their push left. */
  readonly #published = new Map<number, { readonly lane: number; readonly atNs: number }>();
  readonly #slices: MarkSlice[] = [];
  readonly #flows: MarkFlow[] = [];
  #dropped = 0;

  constructor(m: Int32Array, procs: number) {
    this.#m = m;
    this.#alone = procs === 1;
    this.#doing = Array.from({ length: procs }, () => ({ outer: undefined, inner: undefined, handoff: undefined, roots: 0 }));
    const { gcstats, phase } = M.at;
    for (let i = 0; i < procs; i++) {
      const mp = mAt(m, i);
      this.#words.set(mp + phase, WORD.phase);
      this.#words.set(mp + gcstats + GCStats.at.nhandoffcnt, WORD.handedOff);
      this.#words.set(mp + gcstats + GCStats.at.nosyield, WORD.yields);
      this.#words.set(mp + gcstats + GCStats.at.nsleep, WORD.sleeps);
      this.#words.set(posOf(MARKFOR, i), WORD.range);
    }
    this.#words.set(MARKFOR + ParFor.at.xthrseq, WORD.counted);
    this.#words.set(FULL, WORD.full);
  }

  access({ thread, kind, index, value, old, atNs }: Watched): void {
    if (kind === ACCESS.load || kind === ACCESS.atomicLoad || kind === ACCESS.byteLoad || kind === ACCESS.byteStore) return;
    const doing = this.#doing[thread];
    switch (this.#words.get(index)) {
      case WORD.phase:
        return this.#enterPhase(thread, doing, value, atNs);
      case WORD.handedOff:
        doing.handoff = { activity: 'handoff', startNs: atNs, detail: value - old };
        return;
      case WORD.yields:
        if (doing.outer?.activity === 'getfull spin') this.#enter(thread, doing, 'getfull yield', atNs);
        return;
      case WORD.sleeps:
        if (isWaiting(doing) && doing.outer?.activity !== 'getfull sleep') this.#enter(thread, doing, 'getfull sleep', atNs);
        return;
      case WORD.counted:
        if (kind !== ACCESS.rmw) return;
        this.#owners.set(posOf(MARKFOR, old), thread);
        return this.#enter(thread, doing, 'roots', atNs);
      case WORD.range:
        return this.#touchRange(thread, doing, kind, index, old, atNs);
      case WORD.full:
        if (kind === ACCESS.cas && !this.#alone) this.#moveBuffer(thread, doing, value, old, atNs);
        return;
      default:
    }
  }

  slept(thread: number, fromNs: number, toNs: number): void {
    if (!isWaiting(this.#doing[thread])) this.#keep({ thread, activity: 'wait', startNs: fromNs, endNs: toNs, detail: -1 });
  }

  /** Ends all slices. @param clocks end of each thread, ns */
  finish(clocks: Float64Array): MarkActivity {
    for (const [thread, doing] of this.#doing.entries()) this.#leave(thread, doing, clocks[thread]);
    return { slices: this.#slices, flows: this.#flows, dropped: this.#dropped, endNs: Math.max(...clocks) };
  }

  #enterPhase(thread: number, doing: Doing, phase: number, atNs: number): void {
    if (phase === PHASE.mark) this.#enter(thread, doing, 'scan', atNs);
    else if (phase === PHASE.getfull) this.#enter(thread, doing, 'getfull spin', atNs);
    else if (phase !== PHASE.markRoots) this.#leave(thread, doing, atNs);
    // A lone thread takes all roots in order, without a range.
    else if (this.#alone) this.#enterInner(thread, doing, 'root', atNs, doing.roots++);
  }

  #touchRange(thread: number, doing: Doing, kind: number, index: number, old: number, atNs: number): void {
    if (kind === ACCESS.rmw) {
      const [begin, end] = [old & 0xffff, old >>> 16];
      if (begin < end) this.#enterInner(thread, doing, 'root', atNs, begin);
      else this.#enterInner(thread, doing, 'steal', atNs, -1);
    } else if (kind === ACCESS.cas) {
      const lane = this.#owners.get(index);
      if (lane !== undefined) this.#keepFlow({ kind: 'steal', from: { lane, atNs }, to: { lane: thread, atNs } });
    }
  }

  #moveBuffer(thread: number, doing: Doing, head: number, before: number, atNs: number): void {
    if (head !== 0 && this.#m[this.#bufferOf(head)] === before) {
      this.#published.set(head, { lane: thread, atNs });
      this.#end(thread, doing.handoff, atNs);
      doing.handoff = undefined;
      return;
    }
    const from = this.#published.get(before);
    this.#published.delete(before);
    // The taker's clock may be behind by the quantum.
    if (from !== undefined && from.lane !== thread) this.#keepFlow({ kind: 'handoff', from, to: { lane: thread, atNs: Math.max(atNs, from.atNs) } });
  }

  /** Returns the first word of the buffer that a head of `full` names: its link. */
  #bufferOf(head: number): number {
    const m = this.#m;
    const id = m[ID_BITS] === 32 ? head : head & ((1 << m[ID_BITS]) - 1);
    return m[FULL + LFStack.at.base] + (id - 1) * m[FULL + LFStack.at.stride];
  }

  #enter(thread: number, doing: Doing, activity: Activity, atNs: number): void {
    this.#leave(thread, doing, atNs);
    doing.outer = { activity, startNs: atNs, detail: -1 };
  }

  #enterInner(thread: number, doing: Doing, activity: Activity, atNs: number, detail: number): void {
    this.#end(thread, doing.inner, atNs);
    doing.inner = { activity, startNs: atNs, detail };
  }

  #leave(thread: number, doing: Doing, atNs: number): void {
    for (const level of ['handoff', 'inner', 'outer'] as const) {
      this.#end(thread, doing[level], atNs);
      doing[level] = undefined;
    }
  }

  #end(thread: number, open: Open | undefined, endNs: number): void {
    if (open !== undefined) this.#keep({ thread, activity: open.activity, startNs: open.startNs, endNs, detail: open.detail });
  }

  #keep(slice: MarkSlice): void {
    if (this.#slices.length < MOST) this.#slices.push(slice);
    else this.#dropped++;
  }

  #keepFlow(flow: MarkFlow): void {
    if (this.#flows.length < MOST) this.#flows.push(flow);
    else this.#dropped++;
  }
}

function isWaiting({ outer }: Doing): boolean {
  return outer !== undefined && outer.activity.startsWith('getfull');
}
