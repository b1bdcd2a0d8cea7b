/** Counts balance during an execution, and at its end no thread sleeps while there is work for it. */
import { describe, expect, it } from 'vitest';
import { loadCore, type Core } from '../../../src/explore/load.ts';
import { makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import type { Site } from '../../../src/rewrite/sites.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { sweepRefill } from '../../../src/explore/scenarios/sweep-refill.ts';
import { P, P_STATUS, pAt } from '../../../src/machine/p.ts';
import { SCHED, Sched, XSHUTDOWN } from '../../../src/machine/sched.ts';
import { FIN, Fin } from '../../../src/malloc/finq.ts';
import { XSWEEPDONE } from '../../../src/malloc/mheap.ts';
import { SWEEP, Sweep } from '../../../src/malloc/sweep.ts';
import { bug, facts } from './watch.ts';

describe('counts', () => {
  it('have an M wait for work once', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'getfull-keeps-waiting')!;
    expect((await facts(mutant, 'whole-cycle', 'waiting'))[0]).toMatch(/^NWAIT: thread \d takes a full workbuf while it counts as waiting/);
  });

  it('have no M wait while there is work', async () => {
    const early = bug('src/gc/work.ts', '  let full = lfstackpop(m, FULL);', '  let full = m[NPROC] === 1 ? lfstackpop(m, FULL) : 0;');
    expect((await facts(early, 'whole-cycle', 'waiting', 900))[0]).toMatch(/^WORK_LEFT: all \d threads wait for work, and there is a full workbuf$/);
  });

  it('of idle Ms are what their list has', async () => {
    const uncounted = bug('src/runtime/idle.ts', '  m[link] = m[mp + M_LINK];\n  m[NMIDLE]--;\n  return true;', '  m[link] = m[mp + M_LINK];\n  return true;');
    expect((await facts(uncounted, 'whole-cycle', 'waiting'))[0]).toMatch(/^SCHED_COUNT: as thread \d releases sched\.lock \d idle Ms are on the list, which counts \d$/);
  });

  it('of bytes are all of the heap', async () => {
    const lost = bug('src/malloc/span-alloc.ts', '  addWide(m, HEAP_IDLE, m[s + NPAGES] * PAGE_BYTES);\n  freeSpanLocked(m, s, clockMs(m));\n  unlock(m, mp, MHEAP_LOCK);\n}\n\n/** Adds', '  freeSpanLocked(m, s, clockMs(m));\n  unlock(m, mp, MHEAP_LOCK);\n}\n\n/** Adds');
    expect((await facts(lost, 'sweep-refill', 'waiting'))[0]).toMatch(/^HEAP_BYTES: as thread \d releases mheap\.lock, \d+ bytes are idle and \d+ in use, of \d+$/);
  });
});

describe('at the end', () => {
  it('all is swept when sweeping is said to be done, and the sweeper is awake until then', async () => {
    const { core, sites } = await loadCore(true);
    const m = memory(core);
    const end = endOf(core, sites, m);
    expect(end).not.toThrow();
    m[SWEEP + Sweep.at.parked] = 1;
    expect(end).toThrow('SWEEPER_SLEEPS');
    m[XSWEEPDONE] = 1;
    expect(end).toThrow(/^SPAN_UNSWEPT: sweeping is done, and span 0 has sweepgen 2 where the heap has 4$/);
  });

  it('no M is left within malloc, or in a section that nothing may stop', async () => {
    const kept = bug('src/malloc/mcache.ts', '  m[allocSlot(c, sizeclass)] = s === 0 ? emptySpan(m) : s;\n  m[mp + LOCKS]--;', '  m[allocSlot(c, sizeclass)] = s === 0 ? emptySpan(m) : s;');
    expect((await facts(kept, 'sweep-refill', 'liveness'))[0]).toMatch(/^M_NOT_DONE: M\d has finished with locks \d+$/);
  });

  it('every M has stopped looking for work', async () => {
    const spins = bug('src/runtime/schedule.ts', '  if (m[mp + SPINNING] !== 0) {\n    m[mp + SPINNING] = 0;\n    Atomics.sub(m, XNMSPINNING, 1);\n  }\n  Atomics.store', '  Atomics.store');
    expect((await facts(spins, 'early-end', 'liveness'))[0]).toMatch(/^M_NOT_DONE: M\d has finished with spinning 1$/);
  });

  it('a queued finalizer has its goroutine awake, or about to be woken', async () => {
    const { core, sites } = await loadCore(true);
    const m = memory(core);
    const end = endOf(core, sites, m);
    Object.assign(m, { [FIN + Fin.at.finq]: 4096, [FIN + Fin.at.fingwait]: 1, [FIN + Fin.at.fingwake]: 1 });
    expect(end).not.toThrow();
    m[FIN + Fin.at.fingwake] = 0;
    expect(end).toThrow('FINALIZER_FORGOTTEN');
    m[FIN + Fin.at.fingwait] = 0;
    expect(end).not.toThrow();
  });

  it('every P has left once the machine is shut down, and the world can be stopped again', async () => {
    const { core, sites } = await loadCore(true);
    const m = memory(core);
    const end = endOf(core, sites, m);
    m[XSHUTDOWN] = 1;
    expect(end).toThrow('P_NOT_PARKED: the machine is shut down, and P0 has status 1');
    for (let i = 0; i < 3; i++) m[pAt(m, i) + P.at.xstatus] = P_STATUS.dead;
    m[SCHED + Sched.at.nmidle] = 0;
    expect(end).not.toThrow();
    m[SCHED + Sched.at.xworldsema] = 0;
    expect(end).toThrow('WORLD_NOT_STARTED: every M has left, and worldsema is 0, not 1');
  });
});

/** A memory as a scenario prepares it. */
function memory(core: Core): Int32Array {
  return sweepRefill.prepare(core, settingOf(sweepRefill), () => ({ forget() {}, check: () => ({ problems: [] }) })).template.slice();
}

/** The end of an execution that left `m`. */
function endOf(core: Core, sites: readonly Site[], m: Int32Array): () => void {
  return () => {
    const monitors = makeMonitors(core, sites, ['liveness']);
    for (const monitor of monitors) monitor.begin?.(m, 3);
    for (const monitor of monitors) monitor.end?.();
  };
}
