/** Concurrent sweep, the sweep generations that govern it, and the bits of blocks. */
import type { KnownBug } from './known-bug.ts';

export const SWEEPING: readonly KnownBug[] = [
  {
    name: 'sweep-publishes-early',
    history: 'constructed',
    breaks: 'the span counts as swept before its freed blocks are linked: another P caches it meanwhile',
    file: 'src/malloc/mcentral-free.ts',
    find: 'const wasEmpty = m[s + FREELIST] === 0;',
    replace: 'Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]); const wasEmpty = m[s + FREELIST] === 0;',
    scenarios: ['refill-partial', 'sweep-refill'],
  },
  {
    name: 'sweepgen-by-one',
    history: 'constructed',
    breaks: 'sweepgen grows by one: spans of the last cycle seem to be being swept, and are never swept',
    file: 'src/runtime/gc.ts',
    find: 'm[SWEEPGEN] = (m[SWEEPGEN] + 2) | 0;',
    replace: 'm[SWEEPGEN] = (m[SWEEPGEN] + 1) | 0;',
    scenarios: ['cache-flush', 'whole-cycle'],
  },
  {
    name: 'sweep-counted-short',
    history: 'constructed',
    breaks: 'sweeping counts as done before the last span is swept: that span enters the next mark unswept',
    file: 'src/malloc/sweep.ts',
    find: 'if (idx >= m[NSPAN]) {',
    replace: 'if (idx >= m[NSPAN] - 1) {',
    scenarios: ['reclaim', 'cache-flush'],
  },
  {
    name: 'allspans-read-unlocked',
    history: 'commit 7f223e3b3b: allspans was read while others made it longer. Records stay in place here; the slip that is left is to take how many are in use now, which others change, for the length of the table',
    breaks: 'spans that coalesce during a sweep shorten the count of spans: the spans at the end of the table are never swept',
    file: 'src/malloc/sweep.ts',
    find: `export function sweepone(m: Mem, mp: MRef): number {
  m[mp + LOCKS]++;
  const sg = m[GENERATION];
  for (;;) {
    const idx = Atomics.add(m, XNEXT_SPAN, 1);
    if (idx >= m[NSPAN]) {`,
    replace: `import { FixAlloc } from './fixalloc.ts';
import { SPANALLOC } from './mheap.ts';
export function sweepone(m: Mem, mp: MRef): number {
  m[mp + LOCKS]++;
  const sg = m[GENERATION];
  for (;;) {
    const idx = Atomics.add(m, XNEXT_SPAN, 1);
    if (idx >= m[SPANALLOC + FixAlloc.at.inuse]) {`,
    scenarios: ['reclaim', 'cache-flush'],
  },
  {
    name: 'claim-by-load-and-store',
    history: 'constructed',
    breaks: 'two Ms claim the same span and both sweep it',
    file: 'src/malloc/sweep.ts',
    find: 'return Atomics.compareExchange(m, s + XSWEEPGEN, (sg - 2) | 0, (sg - 1) | 0) === ((sg - 2) | 0);',
    replace: 'Atomics.store(m, s + XSWEEPGEN, (sg - 1) | 0);\n  return true;',
    scenarios: ['sweep-refill', 'free-unswept', 'reclaim'],
  },
  {
    name: 'sweeps-what-is-no-object',
    history: 'constructed',
    breaks: 'the background sweeper claims spans that are free or hold stacks and have no blocks to sweep',
    file: 'src/malloc/sweep.ts',
    find: 'if (racyLoad(m, s + STATE) !== IN_USE) {',
    replace: 'if (racyLoad(m, s + STATE) === SPAN_STATE.dead) {',
    scenarios: ['reclaim', 'cache-flush'],
  },
  {
    name: 'span-in-use-before-generation',
    history: 'constructed',
    breaks: 'a fresh span keeps the sweepgen of an old cycle: a sweeper frees its blocks',
    file: 'src/malloc/page-runs.ts',
    find: '  m[s + UNUSEDSINCE] = 0;\n  const slot = spanSlot(m, m[s + START]);',
    replace: '  m[s + UNUSEDSINCE] = 0;\n  m[s + STATE] = SPAN_STATE.inUse;\n  const slot = spanSlot(m, m[s + START]);',
    scenarios: ['reuse'],
  },
  {
    name: 'free-blocks-swept-again',
    history: 'constructed',
    breaks: 'free blocks are not marked before the sweep: it puts them on the freelist twice',
    file: 'src/malloc/sweep.ts',
    find: 'for (let p = m[s + FREELIST]; p !== 0; p = m[p]) {',
    replace: 'for (let p = m[s + FREELIST]; p !== 0 && m[p] !== 0; p = m[p]) {',
    scenarios: ['refill-partial'],
  },
  {
    name: 'swept-block-looks-clear',
    history: 'constructed',
    breaks: 'the second word of a swept block is not marked dirty: malloc returns the block without clearing it',
    file: 'src/malloc/sweep.ts',
    find: 'm[(p + pw) | 0] = second;\n        if (pw === 2) m[(p + 3) | 0] = second;',
    replace: 'm[(p + pw) | 0] = 0;\n        if (pw === 2) m[(p + 3) | 0] = 0;',
    scenarios: ['sweep-refill', 'free-unswept'],
  },
  {
    name: 'span-freed-before-swept',
    history: 'constructed',
    breaks: 'a span goes back to the heap while it is being swept: its next user has a span of the wrong sweepgen',
    file: 'src/malloc/sweep.ts',
    find: `  publishSwept(m, s);
  if (hasEfence(m)) mheapFault(m, mp, s, true);
  else mheapFree(m, mp, s, true);`,
    replace: `  if (hasEfence(m)) mheapFault(m, mp, s, true);
  else mheapFree(m, mp, s, true);
  publishSwept(m, s);`,
    scenarios: ['reclaim'],
  },
  {
    name: 'small-span-freed-before-swept',
    history: 'constructed',
    breaks: 'a span without live blocks goes to the heap before it counts as swept',
    file: 'src/malloc/mcentral-free.ts',
    find: `  m[s + NALLOC] = 0;
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  returnSpan(m, mp, c, s);`,
    replace: `  m[s + NALLOC] = 0;
  returnSpan(m, mp, c, s);
  Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);`,
    scenarios: ['sweep-refill'],
  },
  {
    name: 'ensure-swept-preemptible',
    history: 'commit f8e4a2ef94: a collection could begin between the look at the generation and the change that counts on it. Ms stop by themselves here, and the core checks that such a caller has locks > 0',
    breaks: 'addspecial allows a collection to begin: the span may need sweeping again before the special is added',
    file: 'src/malloc/specials.ts',
    find: '  m[mp + LOCKS]++;\n  ensureSwept(m, mp, s);\n  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, m[x + KIND]);',
    replace: '  ensureSwept(m, mp, s);\n  m[mp + LOCKS]++;\n  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, m[x + KIND]);',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'ensure-swept-does-not-wait',
    history: 'constructed',
    breaks: 'a span that another M is sweeping counts as swept: a change to it races with the sweep',
    file: 'src/malloc/sweep.ts',
    find: '  while (Atomics.load(m, s + XSWEEPGEN) !== sg) osyield(m);',
    replace: '',
    scenarios: ['specials-sweep', 'free-unswept'],
  },
  {
    name: 'special-added-unswept',
    history: 'constructed',
    breaks: 'a finalizer is added to the list of a span that a sweeper reads without a lock',
    file: 'src/malloc/specials.ts',
    find: '  ensureSwept(m, mp, s);\n  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, m[x + KIND]);',
    replace: '  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, m[x + KIND]);',
    scenarios: ['specials-sweep'],
  },
  {
    name: 'special-removed-unswept',
    history: 'constructed',
    breaks: 'a finalizer is removed from the list of a span while a sweeper changes that list',
    file: 'src/malloc/specials.ts',
    find: '  ensureSwept(m, mp, s);\n  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, kind);',
    replace: '  const offset = offsetOf(address) - m[s + START] * 4;\n  lock(m, mp, s + SPANLOCK);\n  const link = findLink(m, s, offset, kind);',
    scenarios: ['specials-sweep'],
  },
  {
    name: 'special-edited-unlocked',
    history: 'commit 6e612ae0f5: the lock was dropped before the list of specials was edited',
    breaks: 'two finalizers are added to one span concurrently: the list keeps only one',
    file: 'src/malloc/specials.ts',
    find: `  if (isNew) {
    m[x + OFFSET] = offset;
    m[x + NEXT] = at;
    m[link] = x;
    tellChanged(m, s, offset);
  }
  unlock(m, mp, s + SPANLOCK);`,
    replace: `  unlock(m, mp, s + SPANLOCK);
  if (isNew) {
    m[x + OFFSET] = offset;
    m[x + NEXT] = at;
    m[link] = x;
    tellChanged(m, s, offset);
  }`,
    scenarios: ['specials-sweep'],
  },
  {
    name: 'special-unlinked-unlocked',
    history: 'commit 6e612ae0f5, at the removal',
    breaks: 'a finalizer is unlinked while another M adds its own at the same place: one of the two changes is lost',
    file: 'src/malloc/specials.ts',
    find: `  if (x !== 0 && m[x + OFFSET] >>> 0 === offset && m[x + KIND] === kind) {
    m[link] = m[x + NEXT];
    tellChanged(m, s, offset);
  } else x = 0;
  unlock(m, mp, s + SPANLOCK);`,
    replace: `  unlock(m, mp, s + SPANLOCK);
  if (x !== 0 && m[x + OFFSET] >>> 0 === offset && m[x + KIND] === kind) {
    m[link] = m[x + NEXT];
    tellChanged(m, s, offset);
  } else x = 0;`,
    scenarios: ['specials-sweep'],
  },
  {
    name: 'special-record-freed-unlocked',
    history: 'constructed',
    breaks: "a sweeper frees a special's record without the lock while another M allocates one: the free list loses a record or returns one twice",
    file: 'src/malloc/sweep-specials.ts',
    find: '  lock(m, mp, SPECIAL_LOCK);\n  fixallocFree(m, SPECIALALLOC, x);\n  unlock(m, mp, SPECIAL_LOCK);',
    replace: '  fixallocFree(m, SPECIALALLOC, x);\n  lock(m, mp, SPECIAL_LOCK);\n  unlock(m, mp, SPECIAL_LOCK);',
    scenarios: ['specials-sweep'],
  },
];
