/**
 * What must have come about by the end: nobody sleeps over work that nobody else will do. The
 * program may end before its finalizers have run and its garbage is swept, so what is asked
 * is not that all is done, but that somebody was about to do it.
 */
import { CONFIG, Config } from '../../../memory/config.ts';
import { M } from '../../../machine/m.ts';
import { P, P_STATUS } from '../../../machine/p.ts';
import { SCHED, Sched, XGCWAITING, XSHUTDOWN } from '../../../machine/sched.ts';
import { SPAN_STATE, Span } from '../../../heap/span.ts';
import { FIN, Fin } from '../../../malloc/finq.ts';
import { SWEEPGEN, XSWEEPDONE } from '../../../malloc/mheap-record.ts';
import { SWEEP, Sweep } from '../../../malloc/sweep.ts';
import type { Monitor } from '../monitor.ts';
import type { Report } from './report.ts';

const PARKED = SWEEP + Sweep.at.parked;
const { finq, fingwait, fingwake } = Fin.at;
const { locks, mallocing, gcing, spinning } = M.at;

export class Liveness implements Monitor {
  readonly #report: Report;
  #m: Int32Array = new Int32Array(0);

  constructor(report: Report) {
    this.#report = report;
  }

  begin(m: Int32Array): void {
    this.#m = m;
  }

  access(): void {}

  end(): void {
    this.#finalizers();
    this.#sweeping();
    this.#threads();
    if (this.#m[XSHUTDOWN] !== 0) this.#machine();
  }

  #finalizers(): void {
    const m = this.#m;
    if (m[FIN + finq] === 0 || m[FIN + fingwait] === 0 || m[FIN + fingwake] !== 0) return;
    this.#object('FINALIZER_FORGOTTEN', 'finalizers are queued, their goroutine sleeps, and nothing says that it is to be woken');
  }

  #sweeping(): void {
    const m = this.#m;
    if (m[XSWEEPDONE] === 0) {
      if (m[PARKED] !== 0) this.#object('SWEEPER_SLEEPS', 'spans are left to be swept, and the background sweeper sleeps');
      return;
    }
    const first = m[CONFIG + Config.at.spans] + Span.words;
    for (let i = 0; i < m[CONFIG + Config.at.maxSpans] - 1; i++) {
      const s = first + i * Span.words;
      if (m[s + Span.at.state] !== SPAN_STATE.inUse || m[s + Span.at.xsweepgen] === m[SWEEPGEN]) continue;
      this.#object('SPAN_UNSWEPT', `sweeping is done, and span ${i} has sweepgen ${m[s + Span.at.xsweepgen]} where the heap has ${m[SWEEPGEN]}`);
    }
  }

  #threads(): void {
    const m = this.#m;
    for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
      const mp = m[CONFIG + Config.at.ms] + i * M.words;
      // A scenario of less than a machine.
      if (mp + M.words > m.length) return;
      for (const [name, at] of [['locks', locks], ['mallocing', mallocing], ['gcing', gcing], ['spinning', spinning]] as const) {
        if (m[mp + at] !== 0) this.#object('M_NOT_DONE', `M${i} has finished with ${name} ${m[mp + at]}`);
      }
    }
  }

  /** All Ms have left. */
  #machine(): void {
    const m = this.#m;
    for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
      const status = m[m[CONFIG + Config.at.ps] + i * P.words + P.at.xstatus];
      if (status !== P_STATUS.dead) this.#object('P_NOT_PARKED', `the machine is shut down, and P${i} has status ${status}`);
    }
    const left: readonly (readonly [string, number, number])[] = [
      ['gcwaiting', XGCWAITING, 0],
      ['worldsema', SCHED + Sched.at.xworldsema, 1],
      ['nmspinning', SCHED + Sched.at.xnmspinning, 0],
      ['nmidle', SCHED + Sched.at.nmidle, 0],
    ];
    for (const [name, at, want] of left) {
      if (m[at] !== want) this.#object('WORLD_NOT_STARTED', `every M has left, and ${name} is ${m[at]}, not ${want}`);
    }
  }

  #object(law: string, message: string): never {
    return this.#report.objectAtEnd(law, message);
  }
}
