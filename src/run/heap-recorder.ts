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
import { readHeapMap, type HeapMap } from '../inspect/heap-map.ts';
import { HeapSamples, sampleHeap, type HeapSample } from './heap-samples.ts';
import { HeapSnapshots, type At, type HeapSnapshot, type Moment } from './heap-snapshots.ts';

/** The pause of a collection. */
export interface Pause {
  readonly cycle: number;
  readonly startNs: number;
  readonly durationNs: number;
  /** Bytes allocated at the end of the mark. */
  readonly allocated: number;
}

const NUMGC = MSTATS + MStats.at.numgc;
const MOMENT_OF: Readonly<Record<number, Moment>> = { [CHECKPOINT.stopped]: 'stopped', [CHECKPOINT.swept]: 'swept', [CHECKPOINT.marked]: 'marked' };

export class HeapRecorder {
  /** Pages that the arena can have. */
  arenaPages = 0;
  readonly pauses: Pause[] = [];
  private readonly series = new HeapSamples();
  private readonly maps = new HeapSnapshots();
  private startedNs = 0;
  /** The latest moment of the run. */
  private latestNs = 0;
  /** Time at the checkpoints of the collections in `pauses`, as the machine has measured it. */
  private heldNs = 0;
  /** Time at the checkpoints since, as this thread has measured it. */
  private holdingNs = 0;
  /** Snapshots of the next checkpoints are wanted. */
  private isWanted = false;
  /** Time that reading the maps of the current collection took. */
  private readNs = 0;
  /** The map that was read at the checkpoint at which the machine waits. */
  private pending: { readonly map: HeapMap; readonly at: At } | undefined;

  /** The length of the run so far. */
  get endNs(): number {
    return this.latestNs;
  }

  get samples(): readonly HeapSample[] {
    return this.series.all;
  }

  /** The least time between two samples, ns. */
  get sampleIntervalNs(): number {
    return this.series.intervalNs;
  }

  get snapshots(): readonly HeapSnapshot[] {
    return this.maps.all;
  }

  /** Snapshots are of one in so many collections. */
  get snapshotEvery(): number {
    return this.maps.everyCycles;
  }

  /** The machine starts now. The watcher of the machine calls this and the methods below. */
  start(m: Mem): void {
    this.startedNs = nanotime();
    this.arenaPages = Math.floor((m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) / PAGE_WORDS);
    this.want(m, true);
  }

  /** Reads the map of the heap if it is wanted, or in any case. The machine waits at checkpoint `point`. */
  read(m: Mem, point: number, inAnyCase = false): void {
    if (!this.isWanted && !inAnyCase) return;
    const at: At = { cycle: m[NUMGC] + 1, moment: MOMENT_OF[point], atNs: this.now() };
    const started = nanotime();
    this.pending = { map: readHeapMap(m), at };
    this.readNs += nanotime() - started;
    // Before the machine runs on: it could reach the next collection.
    if (point === CHECKPOINT.marked) this.want(m, false);
  }

  /** Keeps what `read` has read. The machine has waited for `heldNs`, and has left the checkpoint. */
  keep(heldNs: number): void {
    this.holdingNs += heldNs;
    if (this.pending === undefined) return;
    const { map, at } = this.pending;
    this.pending = undefined;
    this.maps.keep(map, at);
    if (at.moment !== 'marked') return;
    this.maps.completed(at.cycle, this.now(), this.readNs);
    this.readNs = 0;
  }

  /** A collection has ended. */
  cycle({ numgc, endNs, pauseNs, checkpointNs, heap1 }: Cycle): void {
    const startNs = Math.max(0, endNs - pauseNs - this.startedNs - this.heldNs);
    this.heldNs += checkpointNs;
    this.holdingNs = 0;
    this.pauses.push({ cycle: numgc, startNs, durationNs: Math.max(0, pauseNs - checkpointNs), allocated: heap1 });
    this.latestNs = Math.max(this.latestNs, startNs + pauseNs - checkpointNs);
  }

  /** Takes a sample if one is due, and says whether the checkpoints of the next collection are wanted. */
  tick(m: Mem): void {
    const atNs = this.now();
    if (this.series.isDue(atNs)) this.series.add(sampleHeap(m, atNs));
    if (!this.isWanted && this.maps.wants(m[NUMGC] + 1, atNs)) this.want(m, true);
  }

  /** The machine has ended, and everything is swept: takes the last sample and the last snapshot. */
  end(m: Mem): void {
    const atNs = this.now();
    this.series.add(sampleHeap(m, atNs));
    this.maps.keep(readHeapMap(m), { cycle: m[NUMGC], moment: 'end', atNs });
  }

  private want(m: Mem, wanted: boolean): void {
    this.isWanted = wanted;
    wantCheckpoints(m, wanted);
  }

  /** Returns the time of the run. It never goes back. */
  private now(): number {
    this.latestNs = Math.max(this.latestNs, Math.round(nanotime() - this.startedNs - this.heldNs - this.holdingNs));
    return this.latestNs;
  }
}
