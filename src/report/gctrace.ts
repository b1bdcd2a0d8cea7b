/** Go's trace of collections: GODEBUG=gctrace=1 of Go 1.3 and 1.4, and GOGCTRACE=1 of 2011. */
import type { Cycle } from '../gc/cycle-log.ts';
import { SCAVENGE, type Scavenge } from '../malloc/scavenge-log.ts';

/** The versions of Go whose form --gctrace-form takes. */
export const GO_VERSIONS = ['1.3', '1.4'] as const;
export type GoVersion = (typeof GO_VERSIONS)[number];

/** Returns the line of Go 1.3, or that of Go 1.4, which adds the goroutines. */
export function formatGctrace(c: Cycle, version: GoVersion = '1.3'): string {
  const times = [c.stopNs, c.sweepNs, c.markNs, c.waitNs].map(microseconds).join('+');
  const goroutines = version === '1.4' ? [`${c.goroutines} goroutines`] : [];
  return [
    `gc${c.numgc}(${c.nproc}): ${times} us`,
    `${megabytes(c.heap0)} -> ${megabytes(c.heap1)} MB`,
    `${c.nmalloc - c.nfree} (${c.nmalloc}-${c.nfree}) objects`,
    ...goroutines,
    `${c.nspan}/${c.nbgsweep}/${c.npausesweep} sweeps`,
    `${c.nhandoff}(${c.nhandoffcnt}) handoff`,
    `${c.nsteal}(${c.nstealcnt}) steal`,
    `${c.nprocyield}/${c.nosyield}/${c.nsleep} yields`,
  ].join(', ');
}

/**
 * Returns the scavenger's lines with gctrace. Go 1.3 reports a forced collection after its end, with the
 * scavenger's number. Go 1.4 reports it before its start, without a number.
 */
export function formatScavenge(s: Scavenge, version: GoVersion = '1.3'): string[] {
  if (s.kind === SCAVENGE.forcing) return version === '1.4' ? ['GC forced'] : [];
  if (s.kind === SCAVENGE.forced) return version === '1.3' ? [`scvg${s.number}: GC forced`] : [];
  const figures = [
    `inuse: ${megabytes(s.heapInuse)}`, `idle: ${megabytes(s.heapIdle)}`, `sys: ${megabytes(s.heapSys)}`,
    `released: ${megabytes(s.heapReleased)}`, `consumed: ${megabytes(s.heapSys - s.heapReleased)} (MB)`,
  ];
  const released = s.released > 0 ? [`scvg${s.number}: ${megabytes(s.released)} MB released`] : [];
  return [...released, `scvg${s.number}: ${figures.join(', ')}`];
}

/**
 * Returns the line of GOGCTRACE=1 of 2011. Its times are the pause up to the end of marking, the sweep, and
 * the rest of the pause. Go printed no trace in 2010.
 * @param tracesLookups adds the lookups of spans; `refword` has none, because each of its pointers needs one
 */
export function formatGogctrace2011(c: Cycle, tracesLookups: boolean): string {
  const mark = c.stopNs + c.sweepNs + c.markNs;
  const times = [mark, c.eagerSweepNs, c.pauseNs - mark - c.eagerSweepNs].map(milliseconds).join('+');
  const lookups = `${c.nsizelookup + c.naddrlookup} pointer lookups (${c.nsizelookup} size, ${c.naddrlookup} addr)`;
  return [
    `gc${c.numgc}: ${times} ms`,
    `${megabytes(c.heap0)} -> ${megabytes(c.heap1)} MB`,
    `${c.objects0} -> ${c.objects} (${c.nmalloc}-${c.nfree}) objects`,
    ...(tracesLookups ? [lookups] : []),
  ].join(' ');
}

/** Rounds down, as Go's integer division does. */
function milliseconds(ns: number): number {
  return Math.floor(ns / 1_000_000);
}

function microseconds(ns: number): number {
  return Math.floor(ns / 1000);
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
