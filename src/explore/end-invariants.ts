/**
 * Invariants at the end of an execution, read from the memory alone: no thread sleeps while there is work
 * that no other thread will do.
 *
 * The program may end before its finalizers have run and its garbage is swept. So work may be left, but
 * only if a thread that is awake, or about to be woken, would do it.
 */
import { CONFIG, Config } from '../memory/config.ts';
import { M } from '../machine/m.ts';
import { P, P_STATUS } from '../machine/p.ts';
import { SCHED, Sched, XGCWAITING, XSHUTDOWN } from '../machine/sched.ts';
import { SPAN_STATE, Span } from '../heap/span.ts';
import { FIN, Fin } from '../malloc/finq.ts';
import { SWEEPGEN, XSWEEPDONE } from '../malloc/mheap-record.ts';
import { SWEEP, Sweep } from '../malloc/sweep.ts';

const PARKED = SWEEP + Sweep.at.parked;
const { finq, fingwait, fingwake } = Fin.at;
const { locks, mallocing, gcing, spinning } = M.at;

/** A broken invariant. */
export interface Unfinished {
  readonly code: string;
  readonly message: string;
}

/** Returns the first invariant of the end that `m` breaks, or null. Every thread must have finished. */
export function whatIsLeft(m: Int32Array): Unfinished | null {
  return finalizersLeft(m) ?? sweepingLeft(m) ?? threadsLeft(m) ?? (m[XSHUTDOWN] !== 0 ? machineLeft(m) : null);
}

function finalizersLeft(m: Int32Array): Unfinished | null {
  if (m[FIN + finq] === 0 || m[FIN + fingwait] === 0 || m[FIN + fingwake] !== 0) return null;
  return { code: 'FINALIZER_FORGOTTEN', message: 'finalizers are queued, their goroutine sleeps, and fingwake is not set' };
}

function sweepingLeft(m: Int32Array): Unfinished | null {
  if (m[XSWEEPDONE] === 0) {
    return m[PARKED] === 0 ? null : { code: 'SWEEPER_SLEEPS', message: 'spans are unswept, and the background sweeper sleeps' };
  }
  const first = m[CONFIG + Config.at.spans] + Span.words;
  for (let i = 0; i < m[CONFIG + Config.at.maxSpans] - 1; i++) {
    const s = first + i * Span.words;
    if (m[s + Span.at.state] !== SPAN_STATE.inUse || m[s + Span.at.xsweepgen] === m[SWEEPGEN]) continue;
    return { code: 'SPAN_UNSWEPT', message: `sweeping is done, and span ${i} has sweepgen ${m[s + Span.at.xsweepgen]} where the heap has ${m[SWEEPGEN]}` };
  }
  return null;
}

function threadsLeft(m: Int32Array): Unfinished | null {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const mp = m[CONFIG + Config.at.ms] + i * M.words;
    // The scenario has no heap: its memory ends before the Ms.
    if (mp + M.words > m.length) return null;
    for (const [name, at] of [['locks', locks], ['mallocing', mallocing], ['gcing', gcing], ['spinning', spinning]] as const) {
      if (m[mp + at] !== 0) return { code: 'M_NOT_DONE', message: `M${i} has finished with ${name} ${m[mp + at]}` };
    }
  }
  return null;
}

/** Checks a machine that is shut down: every P is dead, and no M stops the world, spins or idles. */
function machineLeft(m: Int32Array): Unfinished | null {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const status = m[m[CONFIG + Config.at.ps] + i * P.words + P.at.xstatus];
    if (status !== P_STATUS.dead) return { code: 'P_NOT_PARKED', message: `the machine is shut down, and P${i} has status ${status}` };
  }
  const left: readonly (readonly [string, number, number])[] = [
    ['gcwaiting', XGCWAITING, 0],
    ['worldsema', SCHED + Sched.at.xworldsema, 1],
    ['nmspinning', SCHED + Sched.at.xnmspinning, 0],
    ['nmidle', SCHED + Sched.at.nmidle, 0],
  ];
  for (const [name, at, want] of left) {
    if (m[at] !== want) return { code: 'WORLD_NOT_STARTED', message: `every M has left, and ${name} is ${m[at]}, not ${want}` };
  }
  return null;
}
