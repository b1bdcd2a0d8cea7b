/** The events of a running machine, as the watcher collects them: the most recent ones, and counts of the others. */
import { nanotime } from '../base/clock.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { unsweptSpans } from '../malloc/sweep.ts';
import { MOMENT, SAMPLE } from '../sync/event-kinds.ts';
import { droppedEvents, drainEvents, type MachineEvent } from './events.ts';

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

export class EventLog {
  private readonly m: Mem;
  private readonly most: number;
  private events: MachineEvent[] = [];
  private older = 0;

  /** @param most events that it holds at least, once it was full; it never holds more than twice as many and one look's */
  constructor(m: Mem, most = MOST_EVENTS) {
    this.m = m;
    this.most = most;
  }

  /** Collects the events since the last call. */
  drain(): void {
    for (const event of drainEvents(this.m)) this.events.push(event);
    if (this.events.length <= 2 * this.most) return;
    this.older += this.events.length - this.most;
    this.events = this.events.slice(-this.most);
  }

  /** Samples the heap now, while the machine runs. The values are read racily: each is of about now. */
  sample(): void {
    const now = nanotime();
    const values = { heapLive: this.m[MSTATS + MStats.at.heapAllocQ] * 8, nextGc: Atomics.load(this.m, MSTATS + MStats.at.xnextGcQ) * 8, unswept: unsweptSpans(this.m) };
    for (const [name, value] of Object.entries(values)) {
      this.events.push({ lane: WATCHER_LANE, kind: MOMENT.sample, detail: SAMPLE[name as keyof typeof SAMPLE], count: 1, startNs: now, endNs: value });
    }
  }

  get recorded(): RecordedEvents {
    return { lanes: this.m[CONFIG + Config.at.nprocs], events: this.events, dropped: droppedEvents(this.m), older: this.older };
  }
}
