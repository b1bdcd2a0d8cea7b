/** The lines of --gctrace of one run, in the form of the collector's time. */
import { UsageError } from '../base/fatal.ts';
import type { Cycle } from '../gc/cycle-log.ts';
import { collectorNamed, type CollectorName } from '../gc/collectors/registry.ts';
import type { Scavenge } from '../malloc/scavenge-log.ts';
import { formatCollectStats } from './collect-stats.ts';
import { GO_VERSIONS, formatGctrace, formatGogctrace2011, formatScavenge } from './gctrace.ts';
import { CONCURRENT_VERSIONS, ConcurrentTrace } from './gctrace-concurrent.ts';

/** The versions of Go whose form --gctrace-form takes. */
export const TRACE_VERSIONS = [...GO_VERSIONS, ...CONCURRENT_VERSIONS] as const;
export type TraceVersion = (typeof TRACE_VERSIONS)[number];

/** The lines of one run. Each function returns the lines that are complete now. */
export interface TraceLines {
  /** A collection has ended. */
  cycle(cycle: Cycle): string[];
  scavenge(scavenge: Scavenge): string[];
  /** The run has ended. @param liveBytes returns what its last collection has found; null if that is not known */
  end(liveBytes: () => number | null): string[];
}

/**
 * Makes the lines of a run.
 * @param version undefined: the usual one of the collector
 * @param procs Ps
 * @param startedNs the start of the run on the machine's clock
 * @throws UsageError if the collector has no line of that version
 */
export function traceLines(collector: CollectorName, version: TraceVersion | undefined, procs: number, startedNs: number): TraceLines {
  const { gctrace, tracesLookups = false } = collectorNamed(collector);
  if (gctrace === 'go1.5') return concurrentLines(new ConcurrentTrace(oneOfThese(collector, CONCURRENT_VERSIONS, version, '1.8'), procs, startedNs));
  const form = oneOfThese(collector, GO_VERSIONS, version, '1.3');
  return {
    cycle: (cycle) => [gctrace === 'go1.3' ? formatGctrace(cycle, form) : formatGogctrace2011(cycle, tracesLookups), ...formatCollectStats(cycle)],
    scavenge: (scavenge) => formatScavenge(scavenge, form),
    end: () => [],
  };
}

function concurrentLines(trace: ConcurrentTrace): TraceLines {
  return {
    cycle: (cycle) => [...trace.add(cycle), ...formatCollectStats(cycle).flatMap((line) => trace.follow(line))],
    scavenge: (scavenge) => formatScavenge(scavenge, '1.4').flatMap((line) => trace.follow(line)),
    end: (liveBytes) => trace.end(liveBytes),
  };
}

function oneOfThese<V extends TraceVersion>(collector: CollectorName, versions: readonly V[], version: TraceVersion | undefined, usual: V): V {
  if (version === undefined) return usual;
  const found = versions.find((each) => each === version);
  if (found === undefined) throw new UsageError(`--gctrace-form ${version} is no form of the collector ${collector}; it has ${versions.join(' and ')}`);
  return found;
}
