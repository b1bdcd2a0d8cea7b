/**
 * Go's trace of collections that mark concurrently with the program: GODEBUG=gctrace=1 of Go 1.5, and of Go 1.6 to 1.8.
 *
 *     gc # @#s #%: #+#+# ms clock, #+#/#/#+# ms cpu, #->#-># MB, # MB goal, # P
 *
 *   1. `clock` is the time of each phase: sweep termination, marking concurrently with the program, mark termination. Go 1.5 has two phases
 *      more between the first two, scan and the installation of the write barrier. Here the mark scans the roots, and
 *      the barrier is on when it begins, so these two take no time.
 *   2. `cpu` is the same for all Ps. The mark's part is split: assists, background workers, idle workers.
 *   3. The last of the three sizes is what the mark found. It is known when everything is swept, so a line is printed when the next
 *      collection begins, or at the end of the run.
 *   4. The percentage is the share of all collections so far in the time of all Ps. Idle workers cost nothing.
 *
 * Source: gc of mgc.go in Go 1.5, gcMarkTermination in Go 1.6 to 1.8, fmtNSAsMS.
 */
import type { Cycle } from '../gc/cycle-log.ts';

/** The versions of Go with a form of their own; that of Go 1.6 and 1.7 is Go 1.8's. */
export const CONCURRENT_VERSIONS = ['1.5', '1.8'] as const;
export type ConcurrentVersion = (typeof CONCURRENT_VERSIONS)[number];

/** Makes the lines of one run. */
export class ConcurrentTrace {
  private readonly version: ConcurrentVersion;
  private readonly procs: number;
  private readonly startedNs: number;
  /** Time of all Ps in collections so far. */
  private collectingNs = 0;
  /** The collection whose line is not printed yet. */
  private last: Cycle | undefined;
  /** Lines that follow it. */
  private waiting: string[] = [];

  /** @param startedNs the start of the run on the machine's clock */
  constructor(version: ConcurrentVersion, procs: number, startedNs: number) {
    this.version = version;
    this.procs = procs;
    this.startedNs = startedNs;
  }

  /** Takes a collection that has ended. Returns the lines that are complete now. */
  add(cycle: Cycle): string[] {
    const lines = this.end(() => cycle.liveBefore);
    this.last = cycle;
    return lines;
  }

  /** Takes a line about something that has happened since. Returns the lines that are complete now. */
  follow(line: string): string[] {
    if (this.last === undefined) return [line];
    this.waiting.push(line);
    return [];
  }

  /** Returns the lines that are left. @param liveBytes returns what the last collection has found; null if that is not known */
  end(liveBytes: () => number | null): string[] {
    if (this.last === undefined) return [];
    const lines = [this.format(this.last, liveBytes()), ...this.waiting];
    this.last = undefined;
    this.waiting = [];
    return lines;
  }

  private format(c: Cycle, liveBytes: number | null): string {
    const [begin, mark, end] = phasesOf(c);
    const cpu = [begin * c.nproc, c.assistNs, c.dedicatedNs + c.fractionalNs, c.idleMarkNs, end * c.nproc];
    this.collectingNs += cpu[0] + cpu[1] + cpu[2] + cpu[4];
    const share = this.collectingNs / Math.max(1, (c.endNs - this.startedNs) * this.procs);
    const absent = this.version === '1.5' ? [0, 0] : [];
    const [first, assist, background, idle, last] = cpu.map(milliseconds);
    return [
      `gc ${c.numgc} @${((c.endNs - begin - mark - end - this.startedNs) / 1e9).toFixed(3)}s ${Math.floor(share * 100)}%: ${[begin, ...absent, mark, end].map(milliseconds).join('+')} ms clock`,
      `${[first, ...absent, `${assist}/${background}/${idle}`, last].join('+')} ms cpu`,
      `${megabytes(c.heapStart)}->${megabytes(c.heap1)}->${liveBytes === null ? '?' : megabytes(liveBytes)} MB`,
      `${megabytes(c.goal)} MB goal`,
      `${this.procs} P${c.firstPauseNs === 0 ? ' (forced)' : ''}`,
    ].join(', ');
  }
}

/** Returns the ns of sweep termination, of the concurrent mark, and of mark termination. */
function phasesOf(c: Cycle): [number, number, number] {
  // A forced collection marks in the one world that it stops.
  if (c.firstPauseNs === 0) return [c.stopNs + c.sweepNs, 0, c.pauseNs - c.stopNs - c.sweepNs];
  return [c.firstPauseNs, c.endNs - c.pauseNs - c.firstEndNs, c.pauseNs];
}

/** Returns ns as milliseconds with two significant digits and at most three decimals, cut off; from 10 ms on whole ones. */
function milliseconds(ns: number): string {
  if (ns >= 10e6) return String(Math.floor(ns / 1e6));
  let digits = Math.floor(Math.max(0, ns) / 1e3);
  if (digits === 0) return '0';
  let decimals = 3;
  for (; digits >= 100; decimals--) digits = Math.floor(digits / 10);
  return (digits / 10 ** decimals).toFixed(decimals);
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
