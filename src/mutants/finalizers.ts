/** Finalizers and other specials: set during a sweep, queued once, run once; their goroutine is woken. */
import type { KnownBug } from './known-bug.ts';

export const FINALIZERS: readonly KnownBug[] = [
  {
    name: 'finq-read-unlocked',
    history: 'golang/go 72c4ee1a9d',
    breaks: 'the finalizer goroutine takes the queue without its lock: a finalizer queued at that moment is lost',
    file: 'src/runtime/system.ts',
    find: `  lock(m, mp, FINLOCK);
  const block = m[FINQ];
  m[FINQ] = 0;
  if (block === 0) {`,
    replace: `  const block = m[FINQ];
  m[FINQ] = 0;
  lock(m, mp, FINLOCK);
  if (block === 0) {`,
    scenarios: ['finalizers-queue', 'finalizers'],
  },
  {
    name: 'bgsweep-gives-up',
    history: 'golang/go fed5428c4a',
    breaks: 'the background sweeper sleeps after one span and no other M sweeps: the finalizers of the remaining spans are never queued',
    file: 'src/runtime/system.ts',
    find: `    Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);
    return yieldTo(BGSWEEP.pc);
  }
  lock(m, mp, GCLOCK);
  if (Atomics.load(m, XSWEEPDONE) === 0) {
    // A collection ran after the last sweepone.
    unlock(m, mp, GCLOCK);
    return yieldTo(BGSWEEP.pc);
  }`,
    replace: `    Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);
  }
  lock(m, mp, GCLOCK);`,
    scenarios: ['finalizers', 'finalizers-wake'],
  },
  {
    name: 'fingwake-until-swept',
    history: 'golang/go f8c350873c, issue 7533',
    breaks: 'sweeping counts as done once every span is claimed: finalizers queued by the last sweeps start no finalizer goroutine',
    file: 'src/malloc/finq.ts',
    find: `export function queuefinalizer(m: Mem, mp: MRef, p: Ref, inner: number, fn: number, context: number): void {
  lock(m, mp, FINLOCK);
  if (m[FIN + FINQ] === 0 || m[m[FIN + FINQ] + CNT] === m[CAP]) {
    if (m[FIN + FINC] === 0) addBlockLocked(m, mp);
    const block = m[FIN + FINC];
    m[FIN + FINC] = m[block + NEXT];
    m[block + NEXT] = m[FIN + FINQ];
    m[FIN + FINQ] = block;
  }
  const block = m[FIN + FINQ];
  const f = finalizerAt(block, m[block + CNT]);
  writePointer(m, f + Finalizer.at.arg, lowOf(m, p));
  addInner(m, f + Finalizer.at.arg, inner);
  m[f + Finalizer.at.fn] = fn;
  m[f + Finalizer.at.context] = context;
  m[block + CNT]++;
  m[FIN + FINGWAKE] = 1;`,
    replace: `import { XSWEEPDONE } from './mheap-record.ts';

export function queuefinalizer(m: Mem, mp: MRef, p: Ref, inner: number, fn: number, context: number): void {
  lock(m, mp, FINLOCK);
  if (m[FIN + FINQ] === 0 || m[m[FIN + FINQ] + CNT] === m[CAP]) {
    if (m[FIN + FINC] === 0) addBlockLocked(m, mp);
    const block = m[FIN + FINC];
    m[FIN + FINC] = m[block + NEXT];
    m[block + NEXT] = m[FIN + FINQ];
    m[FIN + FINQ] = block;
  }
  const block = m[FIN + FINQ];
  const f = finalizerAt(block, m[block + CNT]);
  writePointer(m, f + Finalizer.at.arg, lowOf(m, p));
  addInner(m, f + Finalizer.at.arg, inner);
  m[f + Finalizer.at.fn] = fn;
  m[f + Finalizer.at.context] = context;
  m[block + CNT]++;
  if (Atomics.load(m, XSWEEPDONE) === 0) m[FIN + FINGWAKE] = 1;`,
    scenarios: ['finalizers-wake', 'finalizers'],
  },
  {
    name: 'finblock-cleared-late',
    history: 'golang/go d3836aba31',
    breaks: 'a finished block is cleared after it has entered the free list: a finalizer queued meanwhile is cleared',
    file: 'src/runtime/system.ts',
    find: `  m[FINC] = block;
  unlock(m, mp, FINLOCK);
`,
    replace: `  m[FINC] = block;
  unlock(m, mp, FINLOCK);
  for (let e = 0; e < i; e++) clearPointers(m, finalizerAt(block, e), Finalizer.words);
`,
    scenarios: ['finalizers-queue', 'finalizers'],
  },
  {
    name: 'tiny-first-finalizer-only',
    history: 'golang/go bf606094ee, issue 13100',
    breaks: 'only the first of several finalizers on one tiny block is queued: it keeps the block alive',
    file: 'src/malloc/sweep-specials.ts',
    find: `    freeSpecial(m, mp, x);
  }
  return at;`,
    replace: `    freeSpecial(m, mp, x);
    return at;
  }
  return at;`,
    scenarios: ['specials'],
  },
  {
    name: 'finalized-unprofiled',
    history: 'golang/go 348087877c, issue 3668',
    breaks: "a block's other specials are removed with its finalizer: the profiler never learns of the free",
    file: 'src/malloc/sweep-specials.ts',
    find: `    if (m[x + KIND] !== SPECIAL_KIND.finalizer) {
      at = x + NEXT;
      continue;
    }
    m[at] = m[x + NEXT];
    queuefinalizer(`,
    replace: `    m[at] = m[x + NEXT];
    if (m[x + KIND] !== SPECIAL_KIND.finalizer) {
      freeSpecial(m, mp, x);
      continue;
    }
    queuefinalizer(`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'special-linked-unlocked',
    history: 'constructed',
    breaks: 'the position in the list is found before the lock is taken: one of two concurrent specials is lost',
    file: 'src/malloc/specials.ts',
    find: `  lock(m, mp, s + SPANLOCK);
  const link = findLink(m, s, offset, m[x + KIND]);`,
    replace: `  const link = findLink(m, s, offset, m[x + KIND]);
  lock(m, mp, s + SPANLOCK);`,
    scenarios: ['specials'],
  },
  {
    name: 'special-freed-unlocked',
    history: 'constructed',
    breaks: 'sweepers free special records without the lock: one of two concurrent frees is lost',
    file: 'src/malloc/sweep-specials.ts',
    find: `  lock(m, mp, SPECIAL_LOCK);
  fixallocFree(m, SPECIALALLOC, x);
  unlock(m, mp, SPECIAL_LOCK);`,
    replace: '  fixallocFree(m, SPECIALALLOC, x);',
    scenarios: ['specials'],
  },
  {
    name: 'finalizer-keeps-nothing',
    history: 'constructed',
    breaks: 'a sweep that queues a finalizer frees its object as well',
    file: 'src/malloc/sweep-specials.ts',
    find: '      m[bitsWord(m, block) + 1] |= BIT_MARKED << markShift(bitsShift(m, block));\n',
    replace: '',
    scenarios: ['specials'],
  },
  {
    name: 'finalizer-queued-unlocked',
    history: 'constructed',
    breaks: 'two sweepers queue finalizers concurrently: both write the same entry',
    file: 'src/malloc/finq.ts',
    find: `  const block = m[FIN + FINQ];
  const f = finalizerAt(block, m[block + CNT]);`,
    replace: `  const block = m[FIN + FINQ];
  unlock(m, mp, FINLOCK);
  const i = m[block + CNT];
  lock(m, mp, FINLOCK);
  const f = finalizerAt(block, i);`,
    scenarios: ['specials'],
  },
  {
    name: 'fing-parks-unlocked',
    history: 'constructed',
    breaks: 'the finalizer goroutine sets its waiting flag before it parks: a waker readies a running goroutine',
    file: 'src/runtime/system.ts',
    find: `    m[FINGWAIT] = 1;
    return parkUnder(m, mp, gp, FINLOCK, WAIT.finalizer, RUNFINQ.pc);`,
    replace: `    m[FINGWAIT] = 1;
    unlock(m, mp, FINLOCK);
    return parkUnder(m, mp, gp, 0, WAIT.finalizer, RUNFINQ.pc);`,
    scenarios: ['finalizers-queue', 'finalizers'],
  },
  {
    name: 'fing-woken-unlocked',
    history: 'constructed',
    breaks: 'two Ms read the flags concurrently and both wake the finalizer goroutine',
    file: 'src/runtime/finalizer.ts',
    find: `  lock(m, mp, FINLOCK);
  let gp = 0;
  if (m[FINGWAIT] !== 0 && m[FINGWAKE] !== 0) {
    m[FINGWAIT] = 0;
    m[FINGWAKE] = 0;
    gp = Atomics.load(m, FING);
  }
  unlock(m, mp, FINLOCK);`,
    replace: `  let gp = 0;
  if (m[FINGWAIT] !== 0 && m[FINGWAKE] !== 0) {
    m[FINGWAIT] = 0;
    m[FINGWAKE] = 0;
    gp = Atomics.load(m, FING);
  }`,
    scenarios: ['finalizers-queue', 'finalizers'],
  },
  {
    name: 'fing-created-twice',
    history: 'constructed',
    breaks: 'two concurrent first calls of SetFinalizer each start a finalizer goroutine',
    file: 'src/runtime/finalizer.ts',
    find: `  lock(m, mp, GCLOCK);
  if (Atomics.load(m, FING) === 0) {`,
    replace: `  lock(m, mp, GCLOCK);
  {`,
    scenarios: ['finalizers-queue', 'finalizers'],
  },
  {
    name: 'due-finalizers-no-roots',
    history: 'constructed',
    breaks: 'a collection between the queuing of a finalizer and its run frees the object',
    file: 'src/gc/roots.ts',
    find: '    b = enqueueRoot(m, mp, b, block + FinBlock.at.fin, m[block + FinBlock.at.cnt] * Finalizer.words, SCAN_ALL);\n',
    replace: '',
    scenarios: ['finalizers'],
  },
  {
    name: 'finalized-no-roots',
    history: 'constructed',
    breaks: 'objects that only a finalizable object points to are freed before its finalizer runs',
    file: 'src/gc/roots.ts',
    find: '      b = enqueueRoot(m, mp, b, block, words, 0);\n',
    replace: '',
    scenarios: ['finalizers'],
  },
];
