/**
 * The watcher of a running machine, on the main thread: answers checkpoints with the oracle,
 * reads the log of collections, and notices when nothing moves any more.
 */
import { setImmediate } from 'node:timers/promises';
import type { Mem } from '../../memory/struct.ts';
import { CONFIG, Config, ptrWords } from '../../memory/config.ts';
import { nanotime } from '../../base/clock.ts';
import { setClock } from '../../sync/clock.ts';
import { M, PHASE, mAt } from '../../machine/m.ts';
import { G } from '../../machine/g.ts';
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { drainTrace } from '../../malloc/trace.ts';
import { drainCycles, type Cycle } from '../../gc/cycle-log.ts';
import { XBELL } from '../../sync/bell.ts';
import { CHECKPOINT, XCHECKPOINT, leaveCheckpoint, openGate } from '../../gc/doorbell.ts';
import { Verifier } from '../../verify/verifier.ts';
import { formatTrace } from '../../report/trace.ts';
import type { RuntimeOptions } from '../api.ts';
import { HeapBroken, MachineStuck, WorkloadError } from '../errors.ts';
import { describeMachine } from '../machine-state.ts';

const TICK_MS = 200;
const HANG_SECONDS = 20;

export class Watcher {
  readonly cycles: Cycle[] = [];
  verified = 0;
  private started = nanotime();
  private readonly verifier: Verifier;
  private readonly m: Mem;
  private readonly options: RuntimeOptions;
  private readonly names: readonly string[];
  private lastBeat = -1;
  private lastMove = nanotime();
  private lastTick = 0;
  private isRunning = false;
  private over = false;

  /** @param names of the steps of the text segment */
  constructor(m: Mem, options: RuntimeOptions, names: readonly string[]) {
    this.names = names;
    this.m = m;
    this.options = options;
    this.verifier = new Verifier(m);
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
    // The clock starts when all threads are up, which takes a while with many.
    if (openGate(this.m, this.m[CONFIG + Config.at.nprocs])) {
      this.started = nanotime();
      this.isRunning = true;
    }
    if (this.isRunning) setClock(this.m, (this.elapsedNs / 1e6) * (this.options.timeScale ?? 1));
    this.answerCheckpoint();
    for (const cycle of drainCycles(this.m)) {
      this.cycles.push(cycle);
      this.options.onCycle?.(cycle);
    }
    for (const event of drainTrace(this.m)) this.options.onTrace?.(formatTrace(event, this.names, ptrWords(this.m)));
    this.tick();
    this.noticeHang();
  }

  /** Compares the heap at `point` with what the oracle finds. */
  check(point: number): void {
    const report = this.verifier.check(point);
    if (report.problems.length > 0) {
      throw new HeapBroken(report.problems[0].code, report.problems.map(({ code, message }) => `${code}: ${message}`));
    }
    this.verified++;
  }

  private answerCheckpoint(): void {
    const point = Atomics.load(this.m, XCHECKPOINT);
    if (point === CHECKPOINT.none) return;
    this.check(point);
    this.lastMove = nanotime();
    leaveCheckpoint(this.m);
  }

  private tick(): void {
    const elapsedNs = this.elapsedNs;
    if (this.options.onTick === undefined || elapsedNs - this.lastTick < TICK_MS * 1e6) return;
    this.lastTick = elapsedNs;
    this.options.onTick({ cycles: this.cycles.length, heapAlloc: this.m[MSTATS + MStats.at.heapAllocQ] * 8, elapsedNs });
  }

  private noticeHang(): void {
    let beat = 0;
    for (let i = 0; i < this.m[CONFIG + Config.at.nprocs]; i++) beat += this.m[mAt(this.m, i) + M.at.heartbeat];
    const now = nanotime();
    if (beat !== this.lastBeat) {
      this.lastBeat = beat;
      this.lastMove = now;
      return;
    }
    const limit = this.options.hangSeconds ?? HANG_SECONDS;
    if (now - this.lastMove > limit * 1e9) throw this.hang(limit);
  }

  /** Who is to blame: a step that never comes back, or the runtime. */
  private hang(seconds: number): Error {
    const m = this.m;
    for (let i = 0; i < m[CONFIG + Config.at.nprocs]; i++) {
      const mp = mAt(m, i);
      const gp = m[mp + M.at.curg];
      if (m[mp + M.at.phase] === PHASE.running && gp !== 0 && m[mp + M.at.wants] === 0 && m[mp + M.at.locks] === 0) {
        return new WorkloadError(
          `step ${m[gp + G.at.pc]} of goroutine ${m[gp + G.at.id]} has not returned for ${seconds} s; a step must do a little and return, so that the world can be stopped`,
        );
      }
    }
    return new MachineStuck(`nothing has moved for ${seconds} s`, describeMachine(m));
  }
}
