/**
 * What must have come about by the end, read from the memory alone: nobody sleeps over work that nobody
 * else will do. The program may end before its finalizers have run and its garbage is swept, so what is
 * asked is not that all is done, but that somebody was about to do it.
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

/** A law that does not hold, and the facts. */
export interface Unfinished {
  readonly law: string;
  readonly message: string;
}

/** The first that is left undone once every thread has finished; null for none. */
export function whatIsLeft(m: Int32Array): Unfinished | null {
  return finalizersLeft(m) ?? sweepingLeft(m) ?? threadsLeft(m) ?? (m[XSHUTDOWN] !== 0 ? machineLeft(m) : null);
}

function finalizersLeft(m: Int32Array): Unfinished | null {
  if (m[FIN + finq] === 0 || m[FIN + fingwait] === 0 || m[FIN + fingwake] !== 0) return null;
  return { law: 'FINALIZER_FORGOTTEN', message: 'finalizers are queued, their goroutine sleeps, and nothing says that it is to be woken' };
}

function sweepingLeft(m: Int32Array): Unfinished | null {
  if (m[XSWEEPDONE] === 0) {
    return m[PARKED] === 0 ? null : { law: 'SWEEPER_SLEEPS', message: 'spans are left to be swept, and the background sweeper sleeps' };
  }
  const first = m[CONFIG + Config.at.spans] + Span.words;
  for (let i = 0; i < m[CONFIG + Config.at.maxSpans] - 1; i++) {
    const s = first + i * Span.words;
    if (m[s + Span.at.state] !== SPAN_STATE.inUse || m[s + Span.at.xsweepgen] === m[SWEEPGEN]) continue;
    return { law: 'SPAN_UNSWEPT', message: `sweeping is done, and span ${i} has sweepgen ${m[s + Span.at.xsweepgen]} where the heap has ${m[SWEEPGEN]}` };
  }
  return null;
}

function threadsLeft(m: Int32Array): Unfinished | null {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const mp = m[CONFIG + Config.at.ms] + i * M.words;
    // A scenario of less than a machine.
    if (mp + M.words > m.length) return null;
    for (const [name, at] of [['locks', locks], ['mallocing', mallocing], ['gcing', gcing], ['spinning', spinning]] as const) {
      if (m[mp + at] !== 0) return { law: 'M_NOT_DONE', message: `M${i} has finished with ${name} ${m[mp + at]}` };
    }
  }
  return null;
}

/** All Ms have left. */
function machineLeft(m: Int32Array): Unfinished | null {
  for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
    const status = m[m[CONFIG + Config.at.ps] + i * P.words + P.at.xstatus];
    if (status !== P_STATUS.dead) return { law: 'P_NOT_PARKED', message: `the machine is shut down, and P${i} has status ${status}` };
  }
  const left: readonly (readonly [string, number, number])[] = [
    ['gcwaiting', XGCWAITING, 0],
    ['worldsema', SCHED + Sched.at.xworldsema, 1],
    ['nmspinning', SCHED + Sched.at.xnmspinning, 0],
    ['nmidle', SCHED + Sched.at.nmidle, 0],
  ];
  for (const [name, at, want] of left) {
    if (m[at] !== want) return { law: 'WORLD_NOT_STARTED', message: `every M has left, and ${name} is ${m[at]}, not ${want}` };
  }
  return null;
}
