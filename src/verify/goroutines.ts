/** Goroutines: each has a legal status, frames within its stack, and is on the queue for its status. */
import { CONFIG, Config } from '../memory/config.ts';
import { FRAME_HEADER, G, G_STATUS } from '../machine/g.ts';
import { M } from '../machine/m.ts';
import { P, RUNQ_CAP } from '../machine/p.ts';
import { SCHED, Sched, XGCWAITING } from '../machine/sched.ts';
import { procs } from './caches.ts';
import type { Findings } from './problems.ts';
import type { HeapView } from './view.ts';

const { id: ID, xstatus: XSTATUS, schedlink: SCHEDLINK, stack: STACK, sp: SP, fp: FP, m: G_M } = G.at;

/** Kinds of queues that hold goroutines. */
const QUEUE = { none: 0, run: 1, free: 2 } as const;

export class Goroutines {
  /** By goroutine: the kind of queue that holds it. */
  private queue = new Uint8Array(64);

  check(h: HeapView, out: Findings): void {
    const n = Math.min(h.m[SCHED + Sched.at.allglen], h.m[CONFIG + Config.at.maxGs]);
    if (this.queue.length < n) this.queue = new Uint8Array(n * 2);
    this.queue.fill(QUEUE.none, 0, n);
    for (let p = 0; p < procs(h); p++) this.readLocalQueue(h, out, n, p);
    this.readGlobalQueue(h, out, n);
    this.readFree(h, out, n);
    for (let i = 0; i < n; i++) this.checkOne(h, out, i);
    out.checks += n;
  }

  private readLocalQueue(h: HeapView, out: Findings, n: number, p: number): void {
    const m = h.m;
    const pp = m[CONFIG + Config.at.ps] + p * P.words;
    const head = Atomics.load(m, pp + P.at.xrunqhead);
    const size = (Atomics.load(m, pp + P.at.xrunqtail) - head) | 0;
    if (size < 0 || size > RUNQ_CAP) {
      out.add('RUNQ_CORRUPT', () => `the run queue of P ${p} counts ${size} goroutines`);
      return;
    }
    for (let i = 0; i < size; i++) {
      const slot = pp + P.at.xrunq + ((head + i) & (RUNQ_CAP - 1));
      this.note(h, out, n, Atomics.load(m, slot), QUEUE.run, `the run queue of P ${p}`);
    }
  }

  private readGlobalQueue(h: HeapView, out: Findings, n: number): void {
    const m = h.m;
    const size = m[SCHED + Sched.at.runqsize];
    let count = 0;
    let last = 0;
    for (let gp = m[SCHED + Sched.at.runqhead]; gp !== 0; gp = m[gp + SCHEDLINK]) {
      if (!this.note(h, out, n, gp, QUEUE.run, 'the global run queue')) return;
      last = gp;
      count++;
    }
    if (count !== size || m[SCHED + Sched.at.runqtail] !== last) {
      out.add('RUNQ_CORRUPT', () => `the global run queue holds ${count} goroutines and counts ${size}${m[SCHED + Sched.at.runqtail] === last ? '' : ', and its tail is not its last'}`);
    }
  }

  private readFree(h: HeapView, out: Findings, n: number): void {
    for (let gp = h.m[SCHED + Sched.at.gfree]; gp !== 0; gp = h.m[gp + SCHEDLINK]) {
      if (!this.note(h, out, n, gp, QUEUE.free, 'the free list')) return;
    }
  }

  /** Records that `gp` is on a queue. Returns false if `gp` is no goroutine or on a queue already: the walk must end. */
  private note(h: HeapView, out: Findings, n: number, gp: number, queue: number, where: string): boolean {
    const i = (gp - h.m[CONFIG + Config.at.gs]) / G.words;
    if (!Number.isInteger(i) || i < 0 || i >= n) {
      out.add('G_QUEUE', () => `${where} points to word ${gp}, which is no goroutine`);
      return false;
    }
    if (this.queue[i] !== QUEUE.none) {
      out.add('G_QUEUE', () => `goroutine ${h.m[gp + ID]} is on ${where} and on a queue already`);
      return false;
    }
    this.queue[i] = queue;
    return true;
  }

  private checkOne(h: HeapView, out: Findings, i: number): void {
    const m = h.m;
    const gp = m[CONFIG + Config.at.gs] + i * G.words;
    const status = Atomics.load(m, gp + XSTATUS);
    const { runnable, waiting, syscall, dead, running } = G_STATUS;
    const isStopped = Atomics.load(m, XGCWAITING) !== 0;
    if (status !== runnable && status !== waiting && status !== syscall && status !== dead && (isStopped || status !== running)) {
      out.add('G_STATUS', () => `goroutine ${m[gp + ID]} has status ${status}`);
      return;
    }
    const expected = status === runnable ? QUEUE.run : status === dead ? QUEUE.free : QUEUE.none;
    if (this.queue[i] !== expected) {
      const is = ['no queue', 'a run queue', 'the free list'][this.queue[i]];
      out.add('G_QUEUE', () => `goroutine ${m[gp + ID]} has status ${status} and is on ${is}`);
    }
    if (status !== dead) checkStack(h, out, gp);
    checkOwner(h, out, gp, status);
  }
}

/** Checks that sp and fp lie in the stack. stacks.ts checks the stack itself. */
function checkStack(h: HeapView, out: Findings, gp: number): void {
  const m = h.m;
  const words = m[gp + G.at.stackWords];
  const start = m[gp + STACK];
  const sp = m[gp + SP];
  const fp = m[gp + FP];
  // A goroutine has no frame between the return of its last step and its end.
  const hasFrame = fp !== 0;
  if (sp < start || sp > start + words || (hasFrame && (fp < start || fp > sp))) {
    out.add('G_STACK', () => `goroutine ${m[gp + ID]} has the stack ${start} to ${start + words}, but sp ${sp} and fp ${fp}`);
    return;
  }
  if (hasFrame) checkFrames(h, out, gp);
}

/** Checks the chain of frames: each names its caller's frame, down to the first at the start of the stack. */
function checkFrames(h: HeapView, out: Findings, gp: number): void {
  const m = h.m;
  const header = FRAME_HEADER * m[CONFIG + Config.at.ptrWords];
  const start = m[gp + STACK];
  let fp = m[gp + FP];
  while (fp - header > start && m[fp - header] < fp) fp = m[fp - header];
  if (fp - header !== start || m[start] !== 0) {
    out.add('G_FRAMES', () => `the frames of goroutine ${m[gp + ID]} link down to ${fp}, whose caller's is ${m[fp - header]}; its stack begins at ${start}`);
  }
}

/** Checks that a goroutine that names an M is the one that this M runs. */
function checkOwner(h: HeapView, out: Findings, gp: number, status: number): void {
  const m = h.m;
  const mp = m[gp + G_M];
  if (mp === 0) return;
  const i = (mp - m[CONFIG + Config.at.ms]) / M.words;
  const isM = Number.isInteger(i) && i >= 0 && i < procs(h);
  if (!isM || m[mp + M.at.curg] !== gp || status === G_STATUS.runnable || status === G_STATUS.dead) {
    out.add('G_OWNER', () => `goroutine ${m[gp + ID]} with status ${status} names ${isM ? `M ${i}` : `word ${mp}`}, which does not run it`);
  }
}
