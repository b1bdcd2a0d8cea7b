/** The goal of the next collection, GOGC, and the figures. */
import type { KnownBug } from './known-bug.ts';

export const PACING: readonly KnownBug[] = [
  {
    name: 'next-gc-underflows',
    history: 'golang/go ed09e0e2bf',
    breaks: 'sweepers take freed memory off the goal by the GOGC of now: raised meanwhile, it takes off more than there is',
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
    breaks: 'a change of GOGC in the middle of a sweep is taken for the goal that the sweep lowers',
    file: 'src/malloc/pacing.ts',
    find: 'const percent = m[CYCLE_PERCENT];',
    replace: 'const percent = m[GCPERCENT];',
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'goal-lost-update',
    history: 'constructed',
    breaks: 'two sweepers lower what is live at once, and one is lost: the goal stays too high',
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
    breaks: 'a slow sweeper stores its goal over the lower one of another',
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
    breaks: 'pages by which the heap grows never count as idle, yet are taken off it when used',
    file: 'src/malloc/page-runs.ts',
    find: '  addWide(m, HEAP_IDLE, ask * PAGE_BYTES);\n',
    replace: '',
    scenarios: ['pacing', 'statistics'],
  },
  {
    name: 'setgcpercent-reads-first',
    history: 'golang/go 94dc963b55',
    breaks: 'GOGC is read before the lock is taken: of two changes at once one is never seen as the value before',
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
    breaks: 'an MCache adds what it counted to the figures without the lock, and what another adds is lost',
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
    breaks: 'the figures are recounted while the others still allocate: they skew',
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
