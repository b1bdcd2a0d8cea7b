/** The log of cycles, of which none was read while the machine ran: what each record says of itself, and of the one before. */
import { MSTATS, MStats } from '../../malloc/mstats.ts';
import { CONFIG, Config } from '../../memory/config.ts';
import { drainCycles, type Cycle } from '../../gc/cycle-log.ts';

/** The first record that can't be, or ''. */
export function checkCycles(m: Int32Array): string {
  const cycles = drainCycles(m.slice());
  const numgc = m[MSTATS + MStats.at.numgc];
  if (cycles.length !== numgc) return `CYCLES_LOGGED: ${cycles.length} cycles are logged, but there were ${numgc}`;
  const problems = cycles.map((cycle, i) => checkCycle(m, cycle, cycles[i - 1], i));
  return problems.find((problem) => problem !== '') ?? '';
}

function checkCycle(m: Int32Array, cycle: Cycle, before: Cycle | undefined, i: number): string {
  const threads = (field: keyof Cycle['threads'][number]) => cycle.threads.reduce((sum, thread) => sum + thread[field], 0);
  const laws: readonly (readonly [string, boolean])[] = [
    ['cycles are numbered from 1', cycle.numgc === i + 1],
    ['at most all Ms mark', cycle.nproc >= 1 && cycle.nproc <= m[CONFIG + Config.at.nprocs]],
    ['the phases make the pause', cycle.stopNs + cycle.sweepNs + cycle.markNs + cycle.waitNs === cycle.pauseNs],
    ['no phase is negative', Math.min(cycle.stopNs, cycle.sweepNs, cycle.markNs, cycle.waitNs, cycle.eagerSweepNs) >= 0],
    ['mallocs less frees are the objects', cycle.nmalloc - cycle.nfree === cycle.objects],
    ['mallocs and frees only grow', before === undefined || (cycle.nmalloc >= before.nmalloc && cycle.nfree >= before.nfree)],
    ['spans are swept once', cycle.nbgsweep + cycle.npausesweep <= cycle.nspan],
    ['what the Ms marked is what was marked', cycle.objectsMarked === threads('objectsMarked')],
    ['there are no more marks than objects', cycle.objectsMarked <= cycle.objects],
    ['times of the Ms make the times', cycle.rootNs === threads('rootNs') && cycle.drainNs === threads('drainNs') && cycle.idleNs === threads('waitNs')],
    ['who waits does so while it drains', threads('waitNs') <= threads('drainNs') + threads('rootNs')],
    ['a handed off workbuf holds an object', cycle.nhandoffcnt >= cycle.nhandoff],
    ['a steal takes an iteration', cycle.nstealcnt >= cycle.nsteal],
    ['cycles end one after the other', before === undefined || cycle.endNs > before.endNs],
  ];
  const broken = laws.find(([, holds]) => !holds);
  return broken === undefined ? '' : `CYCLE_LOGGED: of cycle ${i + 1} it does not hold that ${broken[0]}`;
}
