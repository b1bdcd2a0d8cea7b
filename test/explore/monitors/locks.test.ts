/** Locks: their order, their release, and the fields that they guard. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../../src/explore/load.ts';
import { makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { sweepRefill } from '../../../src/explore/scenarios/sweep-refill.ts';
import { ACCESS } from '../../../src/rewrite/sites.ts';
import { GCLOCK } from '../../../src/malloc/sweep.ts';
import { CONFIG, Config } from '../../../src/memory/config.ts';
import { bug, facts } from './watch.ts';

const loaded = await loadCore(true);

describe('the order of locks', () => {
  it('is broken by sweeping under the lock of an mcentral', async () => {
    const sweptLocked = bug('src/malloc/mcentral.ts', '  unlock(m, mp, c);\n  sweepSpan(m, mp, s);\n  lock(m, mp, c);', '  sweepSpan(m, mp, s);');
    expect((await facts(sweptLocked, 'sweep-refill', 'lock-order')).join('\n')).toMatch(/^LOCK_TAKEN_TWICE: thread \d asks for mcentral \d+ lock, which it holds\n {2}at src\/sync\/lock\.ts.*\nit was taken\n {2}at src\/sync\/lock\.ts/s);
  });

  it('is broken by taking the lock of specials under that of the heap', async () => {
    const inverted = bug(
      'src/malloc/span-alloc.ts',
      '  if (large) m[HEAP_ALLOC_Q] -=',
      '  lock(m, mp, MHEAP_LOCK + 2);\n  unlock(m, mp, MHEAP_LOCK + 2);\n  if (large) m[HEAP_ALLOC_Q] -=',
    );
    expect((await facts(inverted, 'sweep-refill', 'lock-order'))[0]).toMatch(/^LOCK_ORDER: thread \d asks for mheap\.speciallock while it holds mheap\.lock/);
  });

  it('is broken by the release of a lock that another thread holds', async () => {
    const notTaken = bug(
      'src/malloc/mcentral-free.ts',
      '  m[s + FREELIST] = first;\n  m[s + NALLOC] -= n;\n  lock(m, mp, c);',
      '  m[s + FREELIST] = first;\n  m[s + NALLOC] -= n;\n  m[c + 1] = mp;',
    );
    expect((await facts(notTaken, 'sweep-refill', 'lock-order'))[0]).toMatch(/^LOCK_RELEASED_BY_ANOTHER: thread \d releases mcentral \d+ lock, which (no thread|thread \d) holds/);
  });

  it('ends with no lock kept', () => {
    const { core, sites } = loaded;
    const monitors = makeMonitors(core, sites, ['lock-order']);
    const m = prepare();
    const take = sites.findIndex(({ file, fn, kind }) => file === 'src/sync/lock.ts' && fn === 'lock' && kind === 'cas');
    for (const monitor of monitors) monitor.begin?.(m, 2);
    for (const monitor of monitors) monitor.access(1, take, ACCESS.cas, GCLOCK, 1, 0);
    expect(() => monitors.forEach((monitor) => monitor.end?.())).toThrow('LOCK_KEPT: thread 1 has finished and still holds gclock');
  });

  it('has channels in the order of their addresses', () => {
    const { core, sites } = loaded;
    const m = prepare();
    const arena = m[CONFIG + Config.at.arenaStart];
    const take = sites.findIndex(({ file, fn, kind }) => file === 'src/sync/lock.ts' && fn === 'lock' && kind === 'cas');
    const takeBoth = (first: number, second: number) => () => {
      const monitors = makeMonitors(core, sites, ['lock-order']);
      for (const monitor of monitors) monitor.begin?.(m, 1);
      for (const lock of [first, second]) for (const monitor of monitors) monitor.access(0, take, ACCESS.cas, lock, 1, 0);
    };
    expect(takeBoth(arena + 64, arena + 128)).not.toThrow();
    expect(takeBoth(arena + 128, arena + 64)).toThrow('LOCK_ORDER');
  });
});

describe('the guards object', () => {
  it('to a change of an mcentral before its lock is taken', async () => {
    const grown = bug('src/malloc/mcentral.ts', '    lock(m, mp, c);\n    m[c + NFREE] += m[grown + NELEMS];', '    m[c + NFREE] += m[grown + NELEMS];\n    lock(m, mp, c);');
    expect((await facts(grown, 'sweep-refill', 'guards'))[0]).toMatch(/^LOCK_NOT_HELD: thread \d (reads|writes \d+ to) mcentral\[\d+\]\.nfree without mcentral \d+ lock; no thread holds it$/);
  });

  it('to the removal of a span from its list before the lock is taken', async () => {
    const early = bug('src/malloc/mcentral-free.ts', '  const c = mcentralAt(m[s + SIZECLASS]);\n  lock(m, mp, c);\n  m[c + NFREE] -= m[s + NELEMS] - m[s + NALLOC];', '  const c = mcentralAt(m[s + SIZECLASS]);\n  spanListRemove(m, s);\n  lock(m, mp, c);\n  m[c + NFREE] -= m[s + NELEMS] - m[s + NALLOC];');
    expect((await facts(early, 'sweep-refill', 'guards'))[0]).toMatch(/^LOCK_NOT_HELD: thread \d reads span \d+ list without mcentral \d+ lock; /);
  });

  it('to blocks freed beside the cache without the lock of the mcentral', async () => {
    const unlocked = bug('src/malloc/mcentral-free.ts', '    m[p] = m[s + FREEBUF];\n    m[s + FREEBUF] = p;\n    unlock(m, mp, c);', '    unlock(m, mp, c);\n    m[p] = m[s + FREEBUF];\n    m[s + FREEBUF] = p;');
    expect((await facts(unlocked, 'free-beside', 'guards'))[0]).toMatch(/^LOCK_NOT_HELD: thread \d reads span \d+ freebuf without mcentral \d+ lock; /);
  });
});

/** Returns a memory as a scenario prepares it. */
function prepare(): Int32Array {
  return sweepRefill.prepare(loaded.core, settingOf(sweepRefill), () => ({ forget() {}, check: () => ({ problems: [] }) })).template;
}
