/** Samples of the heap of a running machine: bounded columns, whose resolution halves when they are full. */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { QUAD_BYTES } from '../memory/address.ts';
import { loadWide } from '../memory/wide.ts';
import { ARENA_USED } from '../malloc/mheap-record.ts';
import { MSTATS, MStats } from '../malloc/mstats.ts';
import { NEVER_Q } from '../malloc/pacing.ts';

/** The time between two samples at first, ns. */
const FIRST_INTERVAL_NS = 5e6;
/** The most samples that are kept. */
const MOST_SAMPLES = 2048;

/** The heap at one moment of a run. The thread that reads it does not wait for the writers, so a value may be a moment old. */
export interface HeapSample {
  /** From the start of the run. */
  readonly atNs: number;
  /** Bytes of allocated blocks that are not yet swept away: HeapAlloc. */
  readonly allocated: number;
  /** Bytes that the last mark found or that may still be live: it falls while the sweep goes on. Null before the first collection. */
  readonly live: number | null;
  /** Bytes of `allocated` at which the next collection starts: NextGC. Null with GOGC off. */
  readonly goal: number | null;
  /** Bytes of spans in use, those of stacks included. */
  readonly inUse: number;
  /** Bytes of the arena that the heap has taken so far. */
  readonly arena: number;
}

const XNEXT_GC_Q = MSTATS + MStats.at.xnextGcQ;
const XLIVE_Q = MSTATS + MStats.at.xliveQ;

/** Reads the heap of a machine that may run. */
export function sampleHeap(m: Mem, atNs: number): HeapSample {
  const goalQ = Atomics.load(m, XNEXT_GC_Q);
  return {
    atNs: Math.round(atNs),
    allocated: bytesOf(m[MSTATS + MStats.at.heapAllocQ]),
    live: m[MSTATS + MStats.at.numgc] === 0 ? null : bytesOf(Atomics.load(m, XLIVE_Q)),
    goal: goalQ === NEVER_Q ? null : bytesOf(goalQ),
    inUse: Math.max(0, loadWide(m, MSTATS + MStats.at.heapInuse)),
    arena: Math.max(0, (m[ARENA_USED] - m[CONFIG + Config.at.arenaStart]) * 4),
  };
}

/** A step of a user's module may have overwritten the word. */
function bytesOf(quads: number): number {
  return Math.max(0, quads) * QUAD_BYTES;
}

export class HeapSamples {
  private samples: HeapSample[] = [];
  /** The least time between two samples, ns. */
  private interval = FIRST_INTERVAL_NS;
  private readonly most: number;

  constructor(most = MOST_SAMPLES) {
    this.most = most;
  }

  get all(): readonly HeapSample[] {
    return this.samples;
  }

  /** The least time between two samples, ns: it doubles each time the samples are thinned. */
  get intervalNs(): number {
    return this.interval;
  }

  /** Whether a sample at `atNs` is due. */
  isDue(atNs: number): boolean {
    const last = this.samples.at(-1);
    return last === undefined || atNs - last.atNs >= this.interval;
  }

  /** Adds a sample, which is not older than the last. If there is no room, every second one goes first. */
  add(sample: HeapSample): void {
    if (this.samples.length >= this.most) {
      this.samples = this.samples.filter((_, i) => i % 2 === 0);
      this.interval *= 2;
    }
    this.samples.push(sample);
  }
}
