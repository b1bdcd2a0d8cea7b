/**
 * The watcher of a running machine, on the main thread: answers checkpoints with the oracle,
 * reads the log of collections, and notices when nothing moves any more.
 */
import { setImmediate } from 'node:timers/promises';
import type { Mem } from '../../memory/struct.ts';
import type { MemoryMap } from '../../memory/map.ts';
import { nanotime } from '../../base/clock.ts';
import { setClock } from '../../sync/clock.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { drainScavenges, type Scavenge } from '../../malloc/scavenge-log.ts';
import { drainTrace } from '../../malloc/trace.ts';
import { drainCycles, type Cycle } from '../../gc/cycle-log.ts';
import { XBELL } from '../../sync/bell.ts';
import { CHECKPOINT, XCHECKPOINT, arrived, leaveCheckpoint, openGate } from '../../gc/doorbell.ts';
import { Verifier } from '../../verify/verifier.ts';
import { formatTrace } from '../../inspect/trace.ts';
import type { RuntimeOptions } from '../api.ts';
import { HeapBroken } from '../errors.ts';
import { constantsCheck } from './constants.ts';
import { TICK_MS } from './patience.ts';
import { Stillness, type ProgramText } from './stillness.ts';

export class Watcher {
  readonly cycles: Cycle[] = [];
  verified = 0;
  private readonly scavenges: Scavenge[] = [];
  private started = nanotime();
  private readonly verifier: Verifier;
  private readonly stillness: Stillness;
  private readonly isStarting: () => boolean;
  private readonly checkConstants: () => void;
  private readonly m: Mem;
  private readonly map: MemoryMap;
  private readonly options: RuntimeOptions;
  private readonly program: ProgramText;
  private lastTick = 0;
  private lastLook = nanotime();
  /** Something has moved since then that the machine's memory does not show. */
  private hasMoved = false;
  private isRunning = false;
  private over = false;

  /** @param isStarting whether threads are still to come up, which may take long with many */
  constructor(m: Mem, map: MemoryMap, options: RuntimeOptions, program: ProgramText, isStarting: () => boolean) {
    this.isStarting = isStarting;
    this.m = m;
    this.map = map;
    this.options = options;
    this.program = program;
    this.verifier = new Verifier(m);
    this.checkConstants = constantsCheck(m, map, program.module);
    this.stillness = new Stillness(m, map, program, options.hangSeconds);
  }

  get elapsedNs(): number {
    return nanotime() - this.started;
  }

  /** Watches until `end`; rejects when the machine is broken or stuck. */
  async run(): Promise<void> {
    while (!this.over) {
      const seen = Atomics.load(this.m, XBELL);
      this.look();
      const wait = Atomics.waitAsync(this.m, XBELL, seen, TICK_MS);
      // A step may ring all the time: the news of its thread must be heard all the same.
      await (wait.async ? wait.value : setImmediate());
    }
  }

  end(): void {
    this.over = true;
  }

  /** Everything there is to see at one moment. */
  look(): void {
    this.checkConstants();
    // The clock starts when all threads are up, which takes a while with many.
    if (openGate(this.m, this.map.shape.procs)) {
      this.started = nanotime();
      this.isRunning = true;
    }
    if (this.isRunning) setClock(this.m, (this.elapsedNs / 1e6) * (this.options.timeScale ?? 1));
    this.answerCheckpoint();
    this.readLogs();
    for (const event of drainTrace(this.m)) this.options.onTrace?.(formatTrace(event, this.program.names, this.map.shape.ptrWords));
    this.tick();
    this.noticeHang();
  }

  /** Reports collections and the scavenger's doings in the order in which they happened. */
  private readLogs(): void {
    const cycles = drainCycles(this.m);
    // After the cycles: what the scavenger did before one of them is in its log by now.
    this.scavenges.push(...drainScavenges(this.m));
    for (const cycle of cycles) {
      this.reportScavenges(cycle.numgc - 1);
      this.cycles.push(cycle);
      this.options.onCycle?.(cycle);
    }
    this.reportScavenges(this.cycles.at(-1)?.numgc ?? 0);
  }

  /** Reports what the scavenger did up to the collection with this number; the rest waits for its collections. */
  private reportScavenges(numgc: number): void {
    while (this.scavenges.length > 0 && this.scavenges[0].numgc <= numgc) {
      const scavenge = this.scavenges.shift()!;
      this.options.onScavenge?.(scavenge);
    }
  }

  /** Compares the heap at `point` with what the oracle finds. */
  check(point: number): void {
    this.findDamage(point);
    this.verified++;
  }

  /**
   * As check, without counting it: before others follow links in a memory that a user's steps may
   * have damaged. The oracle comes to an end on any memory.
   */
  findDamage(point: number): void {
    this.checkConstants();
    const report = this.verifier.check(point);
    if (report.problems.length > 0) {
      throw new HeapBroken(report.problems[0].code, report.problems.map(({ code, message }) => `${code}: ${message}`), this.program.module);
    }
  }

  private answerCheckpoint(): void {
    const point = Atomics.load(this.m, XCHECKPOINT);
    if (point === CHECKPOINT.none) return;
    this.check(point);
    this.hasMoved = true;
    leaveCheckpoint(this.m);
  }

  private tick(): void {
    const elapsedNs = this.elapsedNs;
    if (this.options.onTick === undefined || elapsedNs - this.lastTick < TICK_MS * 1e6) return;
    this.lastTick = elapsedNs;
    this.options.onTick({
      cycles: this.cycles.length,
      heapAlloc: this.m[MSTATS + MStats.at.heapAllocQ] * 8,
      elapsedNs,
      threads: this.map.shape.procs,
      threadsUp: arrived(this.m),
    });
  }

  private noticeHang(): void {
    const now = nanotime();
    if (now - this.lastLook < (TICK_MS / 2) * 1e6) return;
    this.lastLook = now;
    const error = this.stillness.look(this.hasMoved || this.isStarting());
    this.hasMoved = false;
    if (error !== undefined) throw error;
  }
}
