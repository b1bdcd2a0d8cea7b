/** The statistics of a cycle, the goal computed from them, and inconsistent snapshots. */
import type { KnownBug } from './known-bug.ts';

export const FIGURES: readonly KnownBug[] = [
  {
    name: 'memstats-copied-late',
    history: 'constructed',
    breaks: 'the statistics are copied after the world has started',
    file: 'src/runtime/read-memstats.ts',
    find: `  m.copyWithin(into, MSTATS, MSTATS + MStats.words);
  separateStacks(m, into);
  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + LOCKS]++;
  releaseWorld(m);
  starttheworld(m, mp);`,
    replace: `  Atomics.store(m, gp + XSTATUS, G_STATUS.running);
  m[mp + GCING] = 0;
  m[mp + LOCKS]++;
  releaseWorld(m);
  starttheworld(m, mp);
  m.copyWithin(into, MSTATS, MSTATS + MStats.words);
  separateStacks(m, into);`,
    scenarios: ['traced'],
  },
  {
    name: 'numgc-once',
    history: 'constructed',
    breaks: 'a collection that another one follows at once is not counted',
    file: 'src/runtime/cycle-figures.ts',
    find: `  m[NUMGC]++;
`,
    replace: `  if (m[NUMGC] === 0) m[NUMGC]++;
`,
    scenarios: ['traced'],
  },
  {
    name: 'pause-added-twice',
    history: 'constructed',
    breaks: 'each pause is added twice',
    file: 'src/runtime/cycle-figures.ts',
    find: 'addWide(m, MSTATS + MStats.at.pauseTotalNs, ns);',
    replace: 'addWide(m, MSTATS + MStats.at.pauseTotalNs, 2 * ns);',
    scenarios: ['traced'],
  },
  {
    name: 'heap-marked-before-flush',
    history: 'constructed',
    breaks: 'the marked bytes are read before the MCaches are flushed',
    file: 'src/runtime/gc.ts',
    find: `  cachestats(m, mp);
  const heap0 = sweepsInPause(m) ? m[HEAP_ALLOC_Q] * 8 : estimateLiveBefore(m);
  if (marksBeside(m)) setTrigger(m, m[HEAP_ALLOC_Q], triggerPercent(m, m[GCPERCENT]));
  else setGoal(m, m[HEAP_ALLOC_Q]);
  m[MSTATS + MStats.at.heapMarkedQ] = m[HEAP_ALLOC_Q];`,
    replace: `  m[MSTATS + MStats.at.heapMarkedQ] = m[HEAP_ALLOC_Q];
  cachestats(m, mp);
  const heap0 = sweepsInPause(m) ? m[HEAP_ALLOC_Q] * 8 : estimateLiveBefore(m);
  if (marksBeside(m)) setTrigger(m, m[HEAP_ALLOC_Q], triggerPercent(m, m[GCPERCENT]));
  else setGoal(m, m[HEAP_ALLOC_Q]);`,
    scenarios: ['traced'],
  },
  {
    name: 'marked-not-reset',
    history: 'constructed',
    breaks: "the count of marked objects is not reset: it includes the last mark's",
    file: 'src/gc/scanbuf.ts',
    find: `  m[sb + ScanBuf.at.marked] = 0;
`,
    replace: '',
    scenarios: ['traced'],
  },
  {
    name: 'gcstats-of-first-only',
    history: 'constructed',
    breaks: "the helpers' statistics are not reset: they count again in the next cycle",
    file: 'src/runtime/cycle-figures.ts',
    find: '    m.fill(0, mAt(m, i) + GCSTATS, mAt(m, i) + GCSTATS + GCStats.words);',
    replace: '    m.fill(0, mAt(m, 0) + GCSTATS, mAt(m, 0) + GCSTATS + GCStats.words);',
    scenarios: ['traced'],
  },
  {
    name: 'handoff-counts-kept',
    history: 'constructed',
    breaks: 'the half that an M keeps is counted as handed off',
    file: 'src/gc/work.ts',
    find: 'countHandoff(m, mp, nobj >> 1);',
    replace: 'countHandoff(m, mp, nobj - (nobj >> 1));',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'live-taken-off-late',
    history: 'constructed',
    breaks: 'the goal is lowered by what the previous sweep has freed',
    file: 'src/malloc/pacing.ts',
    find: 'goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ) - freedQ)',
    replace: 'goalFor(m, Atomics.sub(m, XLIVE_Q, freedQ))',
    scenarios: ['pacing'],
  },
  {
    name: 'cycle-percent-late',
    history: 'constructed',
    breaks: 'the goal after a mark uses the GOGC value of the previous cycle',
    file: 'src/malloc/pacing.ts',
    find: `  m[CYCLE_PERCENT] = m[GCPERCENT];
  Atomics.store(m, XLIVE_Q, liveQ);
  Atomics.store(m, XNEXT_GC_Q, goalFor(m, liveQ));`,
    replace: `  Atomics.store(m, XLIVE_Q, liveQ);
  Atomics.store(m, XNEXT_GC_Q, goalFor(m, liveQ));
  m[CYCLE_PERCENT] = m[GCPERCENT];`,
    scenarios: ['statistics'],
  },
  {
    name: 'large-sweep-keeps-goal',
    history: 'constructed',
    breaks: 'a large object that is swept does not lower the goal',
    file: 'src/malloc/sweep.ts',
    find: `  lowerGoal(m, size >>> QUAD);
`,
    replace: '',
    scenarios: ['pacing'],
  },
];
