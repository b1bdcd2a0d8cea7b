/** The goal of the next collection, GOGC, and the figures. */
import type { KnownBug } from './known-bug.ts';

export const PACING: readonly KnownBug[] = [
  {
    name: 'next-gc-underflows',
    history: 'golang/go ed09e0e2bf',
    breaks: 'sweepers lower the goal by the current GOGC: if GOGC was raised meanwhile, the goal underflows',
    file: 'src/malloc/pacing.ts',
    find: `  const goal = goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ) - freedQ);
  // Never raise it: of several sweepers, the one with the lowest goal has seen the most frees.
  for (;;) {
    const known = Atomics.load(m, XNEXT_GC_Q);
    if (known <= goal || Atomics.compareExchange(m, XNEXT_GC_Q, known, goal) === known) return;
  }`,
    replace: '  Atomics.sub(m, XNEXT_GC_Q, Math.floor((freedQ * (100 + m[GCPERCENT])) / 100));',
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'goal-by-new-percent',
    history: 'golang/go ed09e0e2bf',
    breaks: 'a sweep lowers the goal by a GOGC that changed during the sweep',
    file: 'src/malloc/pacing.ts',
    find: 'const percent = m[CYCLE_PERCENT];',
    replace: 'const percent = m[GCPERCENT];',
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'goal-lost-update',
    history: 'constructed',
    breaks: 'two sweepers lower the live count by load and store, and one update is lost: the goal stays too high',
    file: 'src/malloc/pacing.ts',
    find: '  const goal = goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ) - freedQ);',
    replace: `  const live = Atomics.load(m, XLIVE_Q) - freedQ;
  Atomics.store(m, XLIVE_Q, live);
  const goal = goalFor(m, live);`,
    scenarios: ['pacing'],
  },
  {
    name: 'goal-goes-up',
    history: 'constructed',
    breaks: "a slow sweeper overwrites another sweeper's lower goal",
    file: 'src/malloc/pacing.ts',
    find: `  for (;;) {
    const known = Atomics.load(m, XNEXT_GC_Q);
    if (known <= goal || Atomics.compareExchange(m, XNEXT_GC_Q, known, goal) === known) return;
  }`,
    replace: '  Atomics.store(m, XNEXT_GC_Q, goal);',
    scenarios: ['pacing'],
  },
  {
    name: 'idle-never-added',
    history: 'golang/go 30ef2c7deb',
    breaks: 'pages of heap growth are not added to heapIdle but are subtracted at use',
    file: 'src/malloc/page-runs.ts',
    find: '  addWide(m, HEAP_IDLE, ask * PAGE_BYTES);\n',
    replace: '',
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'setgcpercent-reads-first',
    history: 'golang/go 94dc963b55',
    breaks: 'GOGC is read before the lock is taken: two concurrent changes return the same old value',
    file: 'src/runtime/gc-percent.ts',
    find: `  lock(m, mp, MHEAP_LOCK);
  const before = m[GCPERCENT];`,
    replace: `  const before = m[GCPERCENT];
  lock(m, mp, MHEAP_LOCK);`,
    scenarios: ['pacing'],
  },
  {
    name: 'mcache-reports-unlocked',
    history: 'constructed',
    breaks: 'an MCache flushes its counts without the lock: a concurrent flush is lost',
    file: 'src/malloc/mcache.ts',
    find: `  lock(m, mp, MHEAP_LOCK);
  flushHeapAllocLocked(m, c);
  addWide(m, MSTATS + MStats.at.nlookup`,
    replace: `  flushHeapAllocLocked(m, c);
  lock(m, mp, MHEAP_LOCK);
  addWide(m, MSTATS + MStats.at.nlookup`,
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'memstats-before-stop',
    history: 'constructed',
    breaks: 'the statistics are recounted while other Ms allocate: they are inconsistent',
    file: 'src/runtime/read-memstats.ts',
    find: `  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);
  updatememstats(m, mp);`,
    replace: `  updatememstats(m, mp);
  stoptheworld(m, mp);
  m[gp + WAITREASON] = WAIT.gc;
  Atomics.store(m, gp + XSTATUS, G_STATUS.waiting);`,
    scenarios: ['statistics', 'collect-at-once'],
  },
];
