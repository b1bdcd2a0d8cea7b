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
  /** The line of gctrace: that of Go 1.3 and 1.4, or of GOGCTRACE=1 in 2011. */
  readonly gctrace: 'go1.3' | 'gogctrace';
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
  /** Logs its own figures of a cycle into `record`, with logCycleField (gc/cycle-log.ts). */
  readonly logCycle?: (m: Mem, record: number) => void;
}
