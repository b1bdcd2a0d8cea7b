/** Slices, results and pools that only seem to be. */
import type { ExplorePool } from '../../src/explore/campaigns/pool.ts';
import type { Failure, Slice, SliceResult, Station } from '../../src/explore/campaigns/slice.ts';
import { EDGES } from '../../src/rewrite/edges/catalog.ts';

export const STATION: Station = { scenario: 'mark-bits', knobs: { procs: 2 }, strategy: 'portfolio', monitors: [], mutant: null };

export function sliceOf(changes: Partial<Slice> = {}): Slice {
  return { station: STATION, seed: 1, executions: 10, seconds: 60, keepGoing: false, shrink: false, known: [], ...changes };
}

export function resultOf(changes: Partial<SliceResult> = {}): SliceResult {
  return {
    executions: 1, steps: 100, switches: 10, seconds: 0.5, hashes: Uint32Array.of(1), edges: new Uint32Array(EDGES.length),
    exhausted: false, covered: '', failures: [], seen: {}, ...changes,
  };
}

export function failureOf(key: string, changes: Partial<Failure> = {}): Failure {
  return {
    key, station: STATION, seed: 7, verdict: 'invariant', thread: 'M0', facts: ['CODE: what'],
    fault: 'core', explanation: ['it broke:', '  CODE: what'],
    steps: 100, traceHash: 5, repeat: 'sweepgen explore …', shrunk: null, ...changes,
  };
}

/** A pool that answers each slice by `play`; its prepare: async () => {},
    killMutant is never called. */
export function poolOf(jobs: number, play: (slice: Slice, number: number) => SliceResult | Promise<SliceResult>): ExplorePool & { readonly slices: Slice[] } {
  const slices: Slice[] = [];
  return {
    jobs,
    slices,
    async runSlice(slice) {
      const number = slices.push(slice);
      // As a worker, later.
      await Promise.resolve();
      return play(slice, number);
    },
    prepare: async () => {},
    killMutant: () => Promise.reject(new Error('not asked for')),
    close: async () => {},
  };
}
