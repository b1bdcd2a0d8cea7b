/**
 * Conservation of counts:
 *
 *   - An M counts itself as waiting for work once, and not while it takes work. When all Ms
 *     wait, no work is left. Beside the program, marking Ms are not counted so.
 *   - When sched.lock is released, each list is as long as its count.
 *   - When mheap.lock is released, idle and used memory add up to the heap's.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import { G } from '../../machine/g.ts';
import { M } from '../../machine/m.ts';
import { P } from '../../machine/p.ts';
import { SCHED, SCHED_LOCK, Sched } from '../../machine/sched.ts';
import { MHEAP_LOCK } from '../../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { isMarking } from '../../gc/collector.ts';
import { POLICY } from '../../gc/policy.ts';
import { SpanQueue } from '../../gc/spans/state.ts';
import { FULL, NPROC, XNWAIT } from '../../gc/work.ts';
import type { Monitor } from '../monitor.ts';
import { ACCESS, type Site } from '../../rewrite/sites.ts';
import type { Books } from './books.ts';
import { LOCK_OP } from './locks.ts';
import type { Report } from './report.ts';

const { midle, nmidle, pidle, xnpidle, runqhead, runqsize, stopwait, xnmspinning } = Sched.at;

export class Waiting implements Monitor {
  readonly #books: Books;
  readonly #report: Report;
  /** By site, 1 for the CAS of a pop. */
  readonly #pops: Uint8Array;
  #m: Int32Array = new Int32Array(0);
  /** By thread, 1 while it counts as waiting for work. */
  #waits = new Uint8Array(0);

  constructor(books: Books, report: Report, sites: readonly Site[]) {
    this.#books = books;
    this.#report = report;
    this.#pops = Uint8Array.from(sites, ({ file, fn, kind }) => (file === 'src/sync/lfstack.ts' && kind === 'cas' && fn.startsWith('lfstackpop') ? 1 : 0));
  }

  begin(m: Int32Array, threads: number): void {
    this.#m = m;
    if (this.#waits.length !== threads) this.#waits = new Uint8Array(threads);
    this.#waits.fill(0);
  }

  access(thread: number, site: number, kind: number, index: number, value: number, old: number): void {
    if (index === XNWAIT) this.#wait(thread, site, kind, value, old);
    else if (index === FULL) this.#full(thread, site, kind);
    else if (kind === ACCESS.cas && this.#waits[thread] === 1) this.#steal(thread, site, index);
    else if (this.#books.ops[site] === LOCK_OP.release) {
      if (index === SCHED_LOCK) this.#scheduler(thread, site);
      else if (index === MHEAP_LOCK) this.#heap(thread, site);
    }
  }

  #wait(thread: number, site: number, kind: number, value: number, old: number): void {
    if (kind === ACCESS.atomicStore) this.#waits.fill(0);
    if (kind !== ACCESS.rmw) return;
    const waits = value > old ? 1 : 0;
    if (this.#waits[thread] === waits) {
      this.#report.object('NWAIT', `thread ${thread} ${waits === 1 ? 'counts as waiting for work already' : 'does not count as waiting for work'}, and nwait goes from ${old} to ${value}`, site);
    }
    this.#waits[thread] = waits;
    const m = this.#m;
    if (value < 0 || value > m[NPROC]) this.#report.object('NWAIT', `${value} of ${m[NPROC]} threads wait for work`, site);
    if (value === m[NPROC] && m[FULL] !== 0) this.#report.object('WORK_LEFT', `all ${value} threads wait for work, and there is a full workbuf`, site);
  }

  #full(thread: number, site: number, kind: number): void {
    if (kind !== ACCESS.cas || this.#waits[thread] === 0) return;
    // The counts are those of the last stopped world.
    if (this.#books.stoppedBy < 0 && isMarking(this.#m)) return;
    const does = this.#pops[site] === 1 ? 'takes a full workbuf' : 'makes work';
    this.#report.object('NWAIT', `thread ${thread} ${does} while it counts as waiting: the others may take marking for done`, site);
  }

  /** A CAS by a thread that waits: it must not be that of the head of a queue of spans. */
  #steal(thread: number, site: number, index: number): void {
    const m = this.#m;
    const offset = index - m[CONFIG + Config.at.spanQueues];
    if (m[CONFIG + Config.at.policy] !== POLICY.spans || offset < 0 || offset >= m[CONFIG + Config.at.nprocs] * SpanQueue.words) return;
    if (offset % SpanQueue.words === SpanQueue.at.head) this.#report.object('NWAIT', `thread ${thread} takes spans while it counts as waiting: the others may take marking for done`, site);
  }

  #scheduler(thread: number, site: number): void {
    const m = this.#m;
    this.#length(thread, site, 'idle Ms', midle, M.at.schedlink, m[SCHED + nmidle]);
    // The lock holder changes both the list and its count.
    this.#length(thread, site, 'idle Ps', pidle, P.at.link, m[SCHED + xnpidle]);
    this.#length(thread, site, 'runnable goroutines', runqhead, G.at.schedlink, m[SCHED + runqsize]);
    const procs = m[CONFIG + Config.at.nprocs];
    for (const [name, at] of [['stopwait', stopwait], ['nmspinning', xnmspinning]] as const) {
      const count = m[SCHED + at];
      if (count < 0 || count > procs) this.#report.object('SCHED_COUNT', `${name} is ${count}, with ${procs} Ps`, site);
    }
  }

  #length(thread: number, site: number, what: string, head: number, link: Ref, count: number): void {
    const m = this.#m;
    let length = 0;
    for (let at = m[SCHED + head]; at !== 0 && length <= count; at = m[at + link]) length++;
    if (length !== count) this.#report.object('SCHED_COUNT', `as thread ${thread} releases sched.lock ${length > count ? 'more' : length} ${what} are on the list, which counts ${count}`, site);
  }

  #heap(thread: number, site: number): void {
    const [idle, inuse, sys] = [MStats.at.heapIdle, MStats.at.heapInuse, MStats.at.heapSys].map((at) => wide(this.#m, MSTATS + at));
    // On the 32-bit machine the system also gives memory that fills no whole page.
    if (idle + inuse > sys || (this.#m[CONFIG + Config.at.ptrWords] === 2 && idle + inuse !== sys) || idle < 0 || inuse < 0) {
      this.#report.object('HEAP_BYTES', `as thread ${thread} releases mheap.lock, ${idle} bytes are idle and ${inuse} in use, of ${sys}`, site);
    }
  }
}

/** Returns the wide counter at `ref`. */
function wide(m: Int32Array, ref: Ref): number {
  return (m[ref] >>> 0) + m[ref + 1] * 2 ** 32;
}
