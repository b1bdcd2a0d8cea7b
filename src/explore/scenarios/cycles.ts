/** Checks the log of cycles: each record in itself, and against the one before. No record may have been read. */
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { drainCycles, type Cycle } from '../../gc/cycle-log.ts';

/** Returns the first broken invariant of the log, or ''. */
export function checkCycles(m: Int32Array): string {
  const cycles = drainCycles(m.slice());
  const numgc = m[MSTATS + MStats.at.numgc];
  if (cycles.length !== numgc) return `CYCLES_LOGGED: ${cycles.length} cycles are logged, but there were ${numgc}`;
  const problems = cycles.map((cycle, i) => checkCycle(m, cycle, cycles[i - 1], i));
  return problems.find((problem) => problem !== '') ?? '';
}

function checkCycle(m: Int32Array, cycle: Cycle, before: Cycle | undefined, i: number): string {
  const threads = (field: keyof Cycle['threads'][number]) => cycle.threads.reduce((sum, thread) => sum + thread[field], 0);
  const invariants: readonly (readonly [string, boolean])[] = [
    ['cycles are numbered from 1', cycle.numgc === i + 1],
    ['at most all Ms mark', cycle.nproc >= 1 && cycle.nproc <= m[CONFIG + Config.at.nprocs]],
    ['the phases add up to the pause', cycle.stopNs + cycle.sweepNs + cycle.markNs + cycle.waitNs === cycle.pauseNs],
    ['no phase is negative', Math.min(cycle.stopNs, cycle.sweepNs, cycle.markNs, cycle.waitNs, cycle.eagerSweepNs) >= 0],
    ['nmalloc - nfree == objects', cycle.nmalloc - cycle.nfree === cycle.objects],
    ['nmalloc and nfree never shrink', before === undefined || (cycle.nmalloc >= before.nmalloc && cycle.nfree >= before.nfree)],
    ['each span is swept at most once', cycle.nbgsweep + cycle.npausesweep <= cycle.nspan],
    ["objectsMarked is the sum of the threads' counts", cycle.objectsMarked === threads('objectsMarked')],
    ['at most all objects are marked', cycle.objectsMarked <= cycle.objects],
    ["rootNs, drainNs and idleNs are the sums of the threads' times", cycle.rootNs === threads('rootNs') && cycle.drainNs === threads('drainNs') && cycle.idleNs === threads('waitNs')],
    ['a thread waits only while it marks roots or drains', threads('waitNs') <= threads('drainNs') + threads('rootNs')],
    ['a workbuf that is handed off holds an object', cycle.nhandoffcnt >= cycle.nhandoff],
    ['a steal takes at least one iteration', cycle.nstealcnt >= cycle.nsteal],
    ['a cycle ends after the one before', before === undefined || cycle.endNs > before.endNs],
  ];
  const broken = invariants.find(([, holds]) => !holds);
  return broken === undefined ? '' : `CYCLE_LOGGED: cycle ${i + 1} breaks the invariant: ${broken[0]}`;
}
