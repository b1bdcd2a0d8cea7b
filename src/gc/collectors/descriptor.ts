/** What a collector is: a descriptor in a folder of its own, listed in registry.ts. */
import type { Mem } from '../../memory/struct.ts';
import type { CollectorHooks } from '../../heap/collector-hooks.ts';
import type { MRef } from '../../machine/m.ts';

/** What a collector keeps beside the bitmap: a region of the memory, its own to lay out. */
export interface CollectorData {
  /** What one word of it is called in reports. */
  readonly wordName: string;
  /** 32-bit words for an arena of `arenaPages` pages of 8 KB. The region begins at `m[CONFIG + Config.at.collectorData]`. */
  readonly words: (arenaPages: number) => number;
}

/**
 * What markSome has found: no mark is under way; there may be more work; other Ms still mark; or no work
 * is in sight, and mark termination may begin.
 */
export const PROGRESS = { off: 0, some: 1, others: 2, none: 3 } as const;

/**
 * One collector. Its functions are plain functions over `m` at module level, as everything that
 * runs on the machine; what must last between two calls lies in `m`.
 */
export interface Collector<Name extends string = string> extends CollectorHooks {
  /** As `--collector` and the library spell it. */
  readonly name: Name;
  /** For the help of `--collector`: a phrase on what it does, and when Go had it. */
  readonly help: string;
  /** Several Ms mark, with the mark loops of gc/policy.ts; or the collecting M marks alone. */
  readonly helpers: boolean;
  /** Can it use the mark loops that `--policy` and `--types` choose? */
  readonly takesPolicy: boolean;
  /** The line of gctrace: that of Go 1.3 and 1.4, of GOGCTRACE=1 in 2011, or of Go 1.5 to 1.8. */
  readonly gctrace: 'go1.3' | 'gogctrace' | 'go1.5';
  /** Does its line of 2011 end with the lookups of spans? */
  readonly tracesLookups?: boolean;
  /** Where it marks: in the bitmap, or with words of its own. The oracle reads them. */
  readonly marksIn: 'bitmap' | 'refwords';
  readonly data?: CollectorData;
  /**
   * Scans the roots (gc/roots.ts) and all they lead to. The world is stopped, every span is swept,
   * and helpers, if it has any, have been woken.
   */
  readonly mark: (m: Mem, mp: MRef) => void;
  /**
   * Sweeps every span before the world goes on. Without it, spans are swept by and by, each before
   * it is next used (malloc/sweep.ts).
   */
  readonly sweep?: (m: Mem, mp: MRef) => void;
  /**
   * A collector that marks concurrently with the program has this function and the five below. It begins a mark:
   * the world is stopped, and every span is swept. `mark` then completes the mark, in a second stopped
   * world; a forced collection calls `mark` alone.
   */
  readonly beginMark?: (m: Mem, mp: MRef) => void;
  /** Does the program run beside a mark? */
  readonly isMarking?: (m: Mem) => boolean;
  /** Marks concurrently with the program, about `budget` words. The caller holds no work when it returns. Returns one of PROGRESS. */
  readonly markSome?: (m: Mem, mp: MRef, budget: number) => number;
  /** Reports whether work for markSome is in sight. */
  readonly hasMarkWork?: (m: Mem) => boolean;
  /** Reports whether a mark is under way, no work is in sight and no M marks: asked before the world is stopped for its end. */
  readonly isAtEnd?: (m: Mem) => boolean;
  /** Ends a mark: all that is reachable is marked, and the world is still stopped. */
  readonly endMark?: (m: Mem, mp: MRef) => void;
  /**
   * May a mark end now that no work was in sight and the world has stopped? If not, the world starts and the mark goes
   * on. Not asked if the heap has reached its goal. By default it may.
   */
  readonly mayEndMark?: (m: Mem) => boolean;
  /** Has the rest of a mark work for several Ms? By default it has. The world is stopped. */
  readonly wantsHelpers?: (m: Mem) => boolean;
  /** Gives up a mark under way, so that no mark bit and no work is left. The machine is shut down. */
  readonly abandonMark?: (m: Mem, mp: MRef) => void;
  /** Logs its own figures of a cycle into `record`, with logCycleField (gc/cycle-log.ts). */
  readonly logCycle?: (m: Mem, record: number) => void;
}
