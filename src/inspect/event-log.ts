/** The events of a running machine, as the watcher collects them: the most recent ones, and counts of the others. */
import { nanotime } from '../base/clock.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { unsweptSpans } from '../malloc/sweep.ts';
import { MOMENT, SAMPLE } from '../sync/event-kinds.ts';
import { countEvents, decodeEvents, droppedEvents, drainEvents, type MachineEvent, type RawEvents } from './events.ts';

/** The recorded events of a machine. */
export interface RecordedEvents {
  /** Number of Ms. */
  readonly lanes: number;
  /** The most recent events, in no particular order. */
  readonly events: readonly MachineEvent[];
  /** Events for which the rings had no room. */
  readonly dropped: number;
  /** Earlier events that the log no longer holds. */
  readonly older: number;
}

/** `lane` of the samples that the watcher takes itself. */
export const WATCHER_LANE = -1;

/** Events that the log holds at least, once it was full. */
const MOST_EVENTS = 60_000;
/** Samples that the log holds at least, once it was full, and the least time between two, ns. */
const MOST_SAMPLES = 6000;
const SAMPLE_EVERY_NS = 5e6;

/** Copies the rings while the machine runs; decodes the copies when they are asked for. */
export class EventLog {
  private readonly m: Mem;
  private readonly most: number;
  /** Oldest first. */
  private copies: RawEvents[] = [];
  /** Events in the copies. */
  private held = 0;
  private samples: MachineEvent[] = [];
  private older = 0;
  private sampledAt = -Infinity;

  /** @param most events that it holds at least, once it was full; it never holds more than twice as many and those of one look */
  constructor(m: Mem, most = MOST_EVENTS) {
    this.m = m;
    this.most = most;
  }

  /** Collects the events since the last call. */
  drain(): void {
    for (const copy of drainEvents(this.m)) {
      this.copies.push(copy);
      this.held += countEvents(copy);
    }
    if (this.held > 2 * this.most) this.forget();
  }

  /** Drops the oldest copies, as long as enough events remain. */
  private forget(): void {
    let first = 0;
    for (; this.held - countEvents(this.copies[first]) >= this.most; first++) {
      const count = countEvents(this.copies[first]);
      this.held -= count;
      this.older += count;
    }
    this.copies = this.copies.slice(first);
  }

  /** Samples the heap now, while the machine runs, unless it did so a moment ago. The values are read racily: each is of about now. */
  sample(): void {
    const now = nanotime();
    if (now - this.sampledAt < SAMPLE_EVERY_NS) return;
    this.sampledAt = now;
    this.keepSample(now, SAMPLE.heapLive, this.m[MSTATS + MStats.at.heapAllocQ] * 8);
    this.keepSample(now, SAMPLE.nextGc, Atomics.load(this.m, MSTATS + MStats.at.xnextGcQ) * 8);
    this.keepSample(now, SAMPLE.unswept, unsweptSpans(this.m));
    if (this.samples.length > 2 * MOST_SAMPLES) this.samples = this.samples.slice(-MOST_SAMPLES);
  }

  private keepSample(now: number, which: number, value: number): void {
    this.samples.push({ lane: WATCHER_LANE, kind: MOMENT.sample, detail: which, count: 1, startNs: now, endNs: value });
  }

  get recorded(): RecordedEvents {
    return { lanes: this.m[CONFIG + Config.at.nprocs], events: [...this.copies.flatMap(decodeEvents), ...this.samples], dropped: droppedEvents(this.m), older: this.older };
  }
}
