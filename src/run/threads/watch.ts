/**
 * The watcher of a running machine, on the main thread. It waits for the doorbell, at most TICK_MS, or RECORDING_TICK_MS while it records the heap, and then:
 *
 * 1. checks the machine's constants,
 * 2. opens the gate when all threads are up, and sets the machine's clock,
 * 3. runs the oracle if the collecting M waits at a checkpoint, and reads the map of the heap if it is recorded,
 * 4. reads the logs of collections, scavenges and mallocs, and the rings of events, and calls the caller's callbacks,
 * 5. takes a sample of the heap if it is recorded,
 * 6. checks for progress.
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
import { EventLog, type RecordedEvents } from '../../inspect/event-log.ts';
import { threadStates } from '../../inspect/thread-states.ts';
import { formatTrace } from '../../inspect/trace.ts';
import type { RuntimeOptions } from '../api.ts';
import { HeapBroken } from '../errors.ts';
import { sampleHeap } from '../heap-samples.ts';
import { constantsCheck } from './constants.ts';
import { RECORDING_TICK_MS, TICK_MS } from './patience.ts';
import { Stillness, type ProgramText } from './stillness.ts';

export class Watcher {
  readonly cycles: Cycle[] = [];
  verified = 0;
  private readonly scavenges: Scavenge[] = [];
  private started = nanotime();
  private readonly verifier: Verifier;
  private readonly stillness: Stillness;
  private readonly eventLog: EventLog | undefined;
  private readonly isStarting: () => boolean;
  private readonly checkConstants: () => void;
  private readonly m: Mem;
  private readonly map: MemoryMap;
  private readonly options: RuntimeOptions;
  private readonly program: ProgramText;
  private lastTick = 0;
  private lastLook = nanotime();
  /** There was progress since the last check that the memory does not show. */
  private hasMoved = false;
  private isRunning = false;
  private over = false;

  /** @param isStarting reports whether some threads are not yet up */
  constructor(m: Mem, map: MemoryMap, options: RuntimeOptions, program: ProgramText, isStarting: () => boolean) {
    this.isStarting = isStarting;
    this.m = m;
    this.map = map;
    this.options = options;
    this.program = program;
    this.verifier = new Verifier(m);
    this.eventLog = options.recordEvents ? new EventLog(m) : undefined;
    this.checkConstants = constantsCheck(m, map, program.module);
    this.stillness = new Stillness(m, map, program, options.hangSeconds);
  }

  /** The events so far, if the machine records them. */
  get events(): RecordedEvents | undefined {
    return this.eventLog?.recorded;
  }

  /** The start of the run: all threads are up. */
  get startedNs(): number {
    return this.started;
  }

  get elapsedNs(): number {
    return nanotime() - this.started;
  }

  /** Watches until `end` is called. @throws HeapBroken, MachineStuck, WorkloadError, errors of callbacks */
  async run(): Promise<void> {
    while (!this.over) {
      const seen = Atomics.load(this.m, XBELL);
      this.look();
      const wait = Atomics.waitAsync(this.m, XBELL, seen, this.options.heapRecorder === undefined ? TICK_MS : RECORDING_TICK_MS);
      // A step may ring all the time. Messages of the threads must arrive all the same.
      await (wait.async ? wait.value : setImmediate());
    }
  }

  end(): void {
    this.over = true;
  }

  /** Runs steps 1 to 6 once. */
  look(): void {
    this.checkConstants();
    // The clock starts when all threads are up.
    if (openGate(this.m, this.map.shape.procs)) {
      this.started = nanotime();
      this.isRunning = true;
      this.options.heapRecorder?.start(this.m);
    }
    if (this.isRunning) setClock(this.m, (this.elapsedNs / 1e6) * (this.options.timeScale ?? 1));
    this.answerCheckpoint();
    this.readLogs();
    this.eventLog?.drain();
    if (this.isRunning) this.eventLog?.sample();
    for (const event of drainTrace(this.m)) this.options.onTrace?.(formatTrace(event, this.program.names, this.map.shape.ptrWords));
    if (this.isRunning) this.options.heapRecorder?.tick(this.m);
    this.tick();
    this.noticeHang();
  }

  /** Reports collections and scavenges in the order in which they happened. */
  private readLogs(): void {
    const cycles = drainCycles(this.m);
    // Read after the cycles, so that it has every scavenge before the last of them.
    this.scavenges.push(...drainScavenges(this.m));
    for (const cycle of cycles) {
      this.reportScavenges(cycle.numgc - 1);
      this.cycles.push(cycle);
      this.options.heapRecorder?.cycle(cycle);
      this.options.onCycle?.(cycle);
    }
    this.reportScavenges(this.cycles.at(-1)?.numgc ?? 0);
  }

  /** Reports the scavenges up to collection `numgc`. Later ones wait for their collections. */
  private reportScavenges(numgc: number): void {
    while (this.scavenges.length > 0 && this.scavenges[0].numgc <= numgc) {
      const scavenge = this.scavenges.shift()!;
      this.options.onScavenge?.(scavenge);
    }
  }

  /** Runs the oracle at checkpoint `point` and counts it. @throws HeapBroken */
  check(point: number): void {
    this.findDamage(point);
    this.verified++;
  }

  /**
   * Runs the oracle without counting it, before other readers follow links in a memory that a user's steps may
   * have damaged. The oracle terminates on any memory.
   * @throws HeapBroken
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
    const { heapRecorder, verify } = this.options;
    heapRecorder?.read(this.m, point);
    if (verify && point !== CHECKPOINT.stopped) this.checkRecorded(point);
    this.hasMoved = true;
    leaveCheckpoint(this.m);
    heapRecorder?.keep();
  }

  /** Runs the oracle. If it finds damage, the record ends with the map of the damaged heap. @throws HeapBroken */
  private checkRecorded(point: number): void {
    try {
      this.check(point);
    } catch (error) {
      this.options.heapRecorder?.read(this.m, point, true);
      this.options.heapRecorder?.keep();
      throw error;
    }
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
      heap: sampleHeap(this.m, elapsedNs),
      states: threadStates(this.m),
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
