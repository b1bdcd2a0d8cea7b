/** The stopped world: Ms, Ps and locks. */
import { CONFIG, Config } from '../memory/config.ts';
import { globalRecord } from '../memory/segment.ts';
import { G, G_STATUS } from '../machine/g.ts';
import { M, PHASE } from '../machine/m.ts';
import { P, P_STATUS } from '../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched, XGCWAITING } from '../machine/sched.ts';
import { Span } from '../heap/span.ts';
import { MPROF, MProf } from '../malloc/buckets.ts';
import { FIN, Fin } from '../malloc/finq.ts';
import { MCentral } from '../malloc/mcentral.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import { Persistent } from '../malloc/persistent.ts';
import { STACKPOOL, StackPool } from '../malloc/stack.ts';
import { SYS, Sys } from '../malloc/sys.ts';
import { TRACE_LOCK } from '../malloc/trace.ts';
import { SWEEP, Sweep } from '../malloc/sweep.ts';
import { WORK, Work } from '../gc/work.ts';
import { procs } from './caches.ts';
import { CLASSES } from './classes.ts';
import { MCENTRALS } from './lists.ts';
import type { Findings } from './problems.ts';
import { SPAN_KIND, spanRef, type HeapView } from './view.ts';

const LOCKS: readonly (readonly [string, number])[] = [
  ['mheap.lock', MHEAP + MHeap.at.lock],
  ['mheap.speciallock', MHEAP + MHeap.at.speciallock],
  ['finlock', FIN + Fin.at.lock],
  ['gclock', SWEEP + Sweep.at.lock],
  ['work.lock', WORK + Work.at.lock],
  ['proflock', MPROF + MProf.at.lock],
  ['sys.lock', SYS + Sys.at.lock],
  ['stackpool.lock', STACKPOOL + StackPool.at.lock],
  ['trace.lock', TRACE_LOCK],
  ['persistent.lock', globalRecord('persistent', Persistent) + Persistent.at.lock],
];

export function checkWorld(h: HeapView, out: Findings): void {
  checkLocks(h, out);
  checkMs(h, out);
  // Without a collection the world is not stopped, so there is nothing to check.
  if (Atomics.load(h.m, XGCWAITING) === 0) return;
  checkStopped(h, out);
  // The M that stopped last may hold sched.lock while it puts itself on the idle list.
  if (Atomics.load(h.m, SCHED_LOCK) === 0) checkIdle(h, out);
}

function mAt(h: HeapView, i: number): number {
  return h.m[CONFIG + Config.at.ms] + i * M.words;
}

function pAt(h: HeapView, i: number): number {
  return h.m[CONFIG + Config.at.ps] + i * P.words;
}

function checkLocks(h: HeapView, out: Findings): void {
  for (const [name, lock] of LOCKS) if (Atomics.load(h.m, lock) !== 0) explainHeld(h, out, name, lock);
  for (let c = 0; c < CLASSES; c++) {
    const lock = MCENTRALS + c * MCentral.words + MCentral.at.lock;
    if (Atomics.load(h.m, lock) !== 0) explainHeld(h, out, `lock of mcentral ${c}`, lock);
  }
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] === SPAN_KIND.none) continue;
    const speciallock = spanRef(h, i) + Span.at.speciallock;
    if (Atomics.load(h.m, speciallock) !== 0) explainHeld(h, out, `speciallock of span ${i}`, speciallock);
  }
  out.checks += LOCKS.length + CLASSES;
}

function explainHeld(h: HeapView, out: Findings, name: string, lock: number): void {
  out.add('LOCK_HELD', () => `${name} is held (${h.m[lock]}) by the M at word ${h.m[lock + 1]}`);
}

function checkMs(h: HeapView, out: Findings): void {
  const m = h.m;
  for (let i = 0; i < procs(h); i++) {
    const mp = mAt(h, i);
    const phase = m[mp + M.at.phase];
    const isAsleep = phase === PHASE.stopped || phase === PHASE.idle;
    if ((m[mp + M.at.gcing] !== 0 || isAsleep) && m[mp + M.at.locks] !== 0) {
      out.add('M_LOCKS', () => `M ${i} ${isAsleep ? 'sleeps' : 'collects'} with locks ${m[mp + M.at.locks]}`);
    }
    const gp = m[mp + M.at.curg];
    if (gp !== 0 && m[gp + G.at.m] !== mp) out.add('G_OWNER', () => `M ${i} runs the goroutine at word ${gp}, which names another M`);
  }
}

function checkStopped(h: HeapView, out: Findings): void {
  const m = h.m;
  let collecting = 0;
  for (let i = 0; i < procs(h); i++) {
    if (m[mAt(h, i) + M.at.gcing] !== 0) collecting++;
    const status = Atomics.load(m, pAt(h, i) + P.at.xstatus);
    if (status !== P_STATUS.gcstop && status !== P_STATUS.dead) out.add('WORLD_NOT_STOPPED', () => `P ${i} has status ${status}`);
  }
  const sema = Atomics.load(m, SCHED + Sched.at.xworldsema);
  const stopwait = m[SCHED + Sched.at.stopwait];
  if (collecting !== 1 || sema !== 0 || stopwait !== 0) {
    out.add('WORLD_NOT_STOPPED', () => `${collecting} Ms collect, worldsema is ${sema}, ${stopwait} Ps are waited for`);
  }
}

/** Checks that each sleeping M is once on `midle`, and that no P is idle: the stopping M took all idle Ps. */
function checkIdle(h: HeapView, out: Findings): void {
  const m = h.m;
  if (m[SCHED + Sched.at.pidle] !== 0 || Atomics.load(m, SCHED + Sched.at.xnpidle) !== 0) {
    out.add('IDLE_LIST', () => `${Atomics.load(m, SCHED + Sched.at.xnpidle)} Ps count as idle while the world is stopped`);
  }
  const n = procs(h);
  const idle = new Uint8Array(n);
  const counted = m[SCHED + Sched.at.nmidle];
  let length = 0;
  for (let mp = m[SCHED + Sched.at.midle]; mp !== 0; mp = m[mp + M.at.schedlink]) {
    const i = (mp - m[CONFIG + Config.at.ms]) / M.words;
    if (!Number.isInteger(i) || i < 0 || i >= n || idle[i] !== 0) {
      out.add('IDLE_LIST', () => `the list of idle Ms points to ${Number.isInteger(i) && idle[i] !== 0 ? `M ${i} again` : `word ${mp}, which is none`}`);
      return;
    }
    idle[i] = 1;
    length++;
  }
  // An M that was woken before the world stopped has put itself on the list meanwhile.
  if (Atomics.load(m, SCHED_LOCK) !== 0 || m[SCHED + Sched.at.nmidle] !== counted) return;
  if (length !== m[SCHED + Sched.at.nmidle]) {
    out.add('IDLE_LIST', () => `${length} Ms are on the idle list, which counts ${m[SCHED + Sched.at.nmidle]}`);
  }
  for (let i = 0; i < n; i++) {
    const mp = mAt(h, i);
    // An M in a system call is on the list only if the call ended and the M waits for its P; a woken M if it has looked for its P.
    if (isInSyscall(h, mp) || m[mp + M.at.nextp] !== 0) continue;
    const isAway = m[mp + M.at.gcing] !== 0 || Atomics.load(m, pAt(h, i) + P.at.xstatus) === P_STATUS.dead;
    if ((idle[i] === 0) !== isAway) out.add('IDLE_LIST', () => `M ${i} is ${isAway ? '' : 'not '}on the idle list, but ${isAway ? 'collects or is dead' : 'sleeps'}`);
  }
}

function isInSyscall(h: HeapView, mp: number): boolean {
  const gp = h.m[mp + M.at.curg];
  return gp !== 0 && Atomics.load(h.m, gp + G.at.xstatus) === G_STATUS.syscall;
}
