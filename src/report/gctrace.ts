/** The line that GODEBUG=gctrace=1 printed in Go 1.3, and in 1.4 with its goroutines. */
import type { Cycle } from '../gc/cycle-log.ts';

export type GoVersion = '1.3' | '1.4';

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

/** Whole ones, as Go divides. */
function microseconds(ns: number): number {
  return Math.floor(ns / 1000);
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20);
}
