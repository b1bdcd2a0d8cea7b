/**
 * Records the heap of one machine: samples over time, the pauses, and snapshots of its spans. The caller makes a recorder,
 * gives it to the machine as its option `heapRecorder`, and reads it when the machine has ended, however it ended.
 *
 * Times count from the start of the run, without the time in which the machine waited at checkpoints: they are those of a run
 * that nothing has held up.
 */
import { nanotime } from '../base/clock.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PAGE_WORDS } from '../memory/address.ts';
import type { Mem } from '../memory/struct.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import { CHECKPOINT, wantCheckpoints } from '../gc/doorbell.ts';
import { pauseOf, stoppedWorlds } from '../gc/stopped-worlds.ts';
import { readHeapMap, type HeapMap } from '../inspect/heap-map.ts';
import { HeapSamples, sampleHeap, type HeapSample } from './heap-samples.ts';
import { HeapSnapshots, type At, type HeapSnapshot, type Moment } from './heap-snapshots.ts';

/** The pause of a collection. */
export interface Pause {
  readonly cycle: number;
  readonly startNs: number;
  readonly durationNs: number;
  /** Bytes allocated at the end of the mark; at its begin, for the first of two pauses of a collection. */
  readonly allocated: number;
}

/** A pause on the clock. */
interface Stop {
  readonly startNs: number;
  readonly endNs: number;
  /** Time at the checkpoints of this pause and of those before. */
  readonly heldNs: number;
}

const NUMGC = MSTATS + MStats.at.numgc;
const MOMENT_OF: Readonly<Record<number, Moment>> = { [CHECKPOINT.stopped]: 'stopped', [CHECKPOINT.swept]: 'swept', [CHECKPOINT.marked]: 'marked' };

export class HeapRecorder {
  /** Pages that the arena can have. */
  arenaPages = 0;
  readonly pauses: Pause[] = [];
  /** The same pauses on the clock, with the time at their checkpoints. */
  private readonly stops: Stop[] = [];
  private readonly series = new HeapSamples();
  private readonly maps = new HeapSnapshots();
  private startedNs = 0;
  /** The last moment that was recorded. */
  private latestNs = 0;
  /** Snapshots of the next checkpoints are wanted. */
  private isWanted = false;
  /** Time that reading the maps of the current collection took. */
  private readNs = 0;
  /** The map that was read at the checkpoint at which the machine waits. */
  private pending: { readonly map: HeapMap; readonly at: At } | undefined;

  /** The length of the run so far. */
  get endNs(): number {
    return this.runTime(this.latestNs);
  }

  get samples(): readonly HeapSample[] {
    return this.series.all.map((sample) => ({ ...sample, atNs: this.runTime(sample.atNs) }));
  }

  /** The least time between two samples, ns. */
  get sampleIntervalNs(): number {
    return this.series.intervalNs;
  }

  get snapshots(): readonly HeapSnapshot[] {
    return this.maps.all.map((snapshot) => ({ ...snapshot, atNs: this.runTime(snapshot.atNs) }));
  }

  /** Snapshots are of one in so many collections. */
  get snapshotEvery(): number {
    return this.maps.everyCycles;
  }

  /** The machine starts now. The watcher of the machine calls this and the methods below. */
  start(m: Mem): void {
    this.startedNs = this.now();
    this.arenaPages = Math.floor((m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) / PAGE_WORDS);
    this.want(m, true);
  }

  /** Reads the map of the heap if it is wanted, or in any case. The machine waits at checkpoint `point`. */
  read(m: Mem, point: number, inAnyCase = false): void {
    if (!this.isWanted && !inAnyCase) return;
    const at: At = { cycle: m[NUMGC] + 1, moment: MOMENT_OF[point], atNs: this.now() };
    this.pending = { map: readHeapMap(m), at };
    this.readNs += this.now() - at.atNs;
    // Before the machine runs on: it could reach the next collection.
    if (point === CHECKPOINT.marked) this.want(m, false);
  }

  /** Keeps what `read` has read, if anything. The machine has left the checkpoint. */
  keep(): void {
    if (this.pending === undefined) return;
    const { map, at } = this.pending;
    this.pending = undefined;
    this.maps.keep(map, at);
    if (at.moment !== 'marked') return;
    this.maps.completed(at.cycle, this.readNs);
    this.readNs = 0;
  }

  /** A collection has ended. */
  cycle(cycle: Cycle): void {
    for (const world of stoppedWorlds(cycle)) {
      const heldNs = this.stops.at(-1)?.heldNs ?? 0;
      const startNs = Math.max(0, world.startNs - this.startedNs - heldNs);
      this.stops.push({ startNs: world.startNs, endNs: world.endNs, heldNs: heldNs + world.checkpointNs });
      this.pauses.push({ cycle: cycle.numgc, startNs, durationNs: pauseOf(world), allocated: world.allocated });
      this.latestNs = Math.max(this.latestNs, world.endNs);
    }
  }

  /** Takes a sample if one is due, and says whether the checkpoints of the next collection are wanted. */
  tick(m: Mem): void {
    const now = this.now();
    if (this.series.isDue(now)) this.series.add(sampleHeap(m, now));
    if (!this.isWanted && this.maps.wants(m[NUMGC] + 1, now - this.startedNs)) this.want(m, true);
  }

  /** The machine has ended, and everything is swept: takes the last sample and the last snapshot. */
  end(m: Mem): void {
    const now = this.now();
    this.series.add(sampleHeap(m, now));
    this.maps.keep(readHeapMap(m), { cycle: m[NUMGC], moment: 'end', atNs: now });
  }

  private want(m: Mem, wanted: boolean): void {
    this.isWanted = wanted;
    wantCheckpoints(m, wanted);
  }

  private now(): number {
    this.latestNs = Math.max(this.latestNs, nanotime());
    return this.latestNs;
  }

  /**
   * Returns the time of the run at a moment of the clock. In a pause, of which only the sum of the times at its checkpoints is
   * known, it is at most the end of the pause.
   */
  private runTime(clockNs: number): number {
    let low = 0;
    let high = this.stops.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stops[middle].startNs <= clockNs) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return Math.max(0, clockNs - this.startedNs);
    const { endNs, heldNs } = this.stops[low - 1];
    if (clockNs >= endNs) return clockNs - this.startedNs - heldNs;
    const before = low < 2 ? 0 : this.stops[low - 2].heldNs;
    return Math.max(0, Math.min(clockNs - this.startedNs - before, endNs - this.startedNs - heldNs));
  }
}
