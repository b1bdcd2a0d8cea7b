/** Memory that is given back and taken again: the scavenger and its clock, stacks and who keeps them. */
import type { KnownBug } from './known-bug.ts';

export const MEMORY: readonly KnownBug[] = [
  {
    name: 'gc-not-noted',
    history: 'constructed',
    breaks: 'the clock never learns of a collection: it asks for one at each look',
    file: 'src/runtime/gc.ts',
    find: `  noteGc(m);
`,
    replace: '',
    scenarios: ['clock-alone'],
  },
  {
    name: 'scavenge-forgets-time',
    history: 'constructed',
    breaks: 'the scavenger does not note that it has looked: it is due at each look',
    file: 'src/runtime/scavenger.ts',
    find: `    noteScavenge(m);
`,
    replace: '',
    scenarios: ['clock-alone'],
  },
  {
    name: 'unused-since-start',
    history: 'constructed',
    breaks: 'a freed span does not know since when it is free: it is given back at once',
    file: 'src/malloc/page-runs.ts',
    find: `  m[s + UNUSEDSINCE] = now;
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'unused-since-oldest',
    history: 'constructed',
    breaks: 'a run of free pages is as old as its oldest part',
    file: 'src/malloc/page-runs.ts',
    find: `  m[s + NPRELEASED] += m[t + NPRELEASED];
`,
    replace: `  m[s + NPRELEASED] += m[t + NPRELEASED];
  m[s + UNUSEDSINCE] = Math.min(m[s + UNUSEDSINCE], m[t + UNUSEDSINCE]);
`,
    scenarios: ['scavenge-old'],
  },
  {
    name: 'scavenge-not-the-long',
    history: 'constructed',
    breaks: 'long free runs are never given back',
    file: 'src/malloc/scavenge.ts',
    find: 'n <= MAX_MHEAP_LIST',
    replace: 'n < MAX_MHEAP_LIST',
    scenarios: ['long-runs'],
  },
  {
    name: 'joined-forgets-released',
    history: 'constructed',
    breaks: 'pages that were given back are forgotten when their run is joined',
    file: 'src/malloc/page-runs.ts',
    find: `  m[s + NPRELEASED] += m[t + NPRELEASED];
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'released-never-taken-back',
    history: 'constructed',
    breaks: 'pages that come into use again still count as given back',
    file: 'src/malloc/page-runs.ts',
    find: `    addWide(m, HEAP_RELEASED, -(m[s + NPRELEASED] * PAGE_BYTES));
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'system-not-told-used',
    history: 'constructed',
    breaks: 'the system is not told that pages are in use again',
    file: 'src/malloc/page-runs.ts',
    find: `    sysUsed(m, mp, m[s + NPRELEASED] << PAGE_WORD_SHIFT);
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'released-counted-twice',
    history: 'constructed',
    breaks: 'pages that were given back before count again',
    file: 'src/malloc/scavenge.ts',
    find: '      released += pages * PAGE_BYTES;',
    replace: '      released += m[s + NPAGES] * PAGE_BYTES;',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'scavenge-limit-ignored',
    history: 'constructed',
    breaks: 'memory just freed is given back by the scavenger',
    file: 'src/malloc/scavenge.ts',
    find: 'if (pages === 0 || msSince(m, m[s + UNUSEDSINCE]) <= limitMs) continue;',
    replace: 'if (pages === 0) continue;',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'free-os-memory-unswept',
    history: 'constructed',
    breaks: 'FreeOSMemory gives back before the garbage is swept',
    file: 'src/runtime/scavenger.ts',
    find: 'gcStart(m, mp, FORCE.andSweep);',
    replace: 'gcStart(m, mp, FORCE.leaveSweep);',
    scenarios: ['statistics'],
  },
  {
    name: 'stack-cache-smallest-kept',
    history: 'constructed',
    breaks: 'the smallest stacks that Ps keep are kept while others mark',
    file: 'src/malloc/stack.ts',
    find: `  for (let order = 0; order < NUM_STACK_ORDERS; order++) {
    if (m[c`,
    replace: `  for (let order = 1; order < NUM_STACK_ORDERS; order++) {
    if (m[c`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'stack-freed-uncounted',
    history: 'constructed',
    breaks: 'a stack given back is kept, but not counted',
    file: 'src/malloc/stack.ts',
    find: `  m[c + STACK_WORDS + order] += words;
}

/** Returns all free stacks of \`c\``,
    replace: `}

/** Returns all free stacks of \`c\``,
    scenarios: ['stacks'],
  },
  {
    name: 'stack-taken-uncounted',
    history: 'constructed',
    breaks: 'a stack taken from those kept still counts as kept',
    file: 'src/malloc/stack.ts',
    find: `  m[c + STACK_WORDS + order] -= words;
  return x;`,
    replace: '  return x;',
    scenarios: ['stacks'],
  },
  {
    name: 'stacks-kept-without-end',
    history: 'constructed',
    breaks: 'a P never gives stacks back before a collection',
    file: 'src/malloc/stack.ts',
    find: 'if (m[c + STACK_WORDS + order] >= m[CACHE_WORDS]) cacheRelease',
    replace: 'if (m[c + STACK_WORDS + order] < 0) cacheRelease',
    scenarios: ['stacks'],
  },
  {
    name: 'stack-pool-keeps-empty',
    history: 'constructed',
    breaks: 'a span whose stacks are all free stays in its pool',
    file: 'src/malloc/stack.ts',
    find: `  if (m[s + NALLOC] !== 0) return;
  spanListRemove(m, s);`,
    replace: `  if (m[s + NALLOC] >= 0) return;
  spanListRemove(m, s);`,
    scenarios: ['stacks'],
  },
  {
    name: 'stack-large-kept',
    history: 'constructed',
    breaks: 'a stack as large as all that a P may keep of an order is kept, and is no span of its own',
    file: 'src/malloc/stack.ts',
    find: '  if (words >= m[CACHE_WORDS]) return -1;',
    replace: '  if (words > m[CACHE_WORDS]) return -1;',
    scenarios: ['stacks'],
  },
  {
    name: 'stacks-inuse-uncounted',
    history: 'constructed',
    breaks: 'a span of stacks given back still counts as in use for stacks',
    file: 'src/malloc/span-alloc.ts',
    find: `  addWide(m, STACKS_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
`,
    replace: '',
    scenarios: ['stacks'],
  },
  {
    name: 'stack-span-one-short',
    history: 'constructed',
    breaks: 'a span of stacks has one fewer than it says',
    file: 'src/malloc/stack.ts',
    find: 'for (let i = n - 1; i >= 0; i--)',
    replace: 'for (let i = n - 1; i > 0; i--)',
    scenarios: ['stacks'],
  },
  {
    name: 'ended-stack-smallest',
    history: 'constructed',
    breaks: 'a goroutine that ends gives its stack back as one of the smallest',
    file: 'src/runtime/goroutine.ts',
    find: 'stackfree(m, mp, m[gp + STACK], m[gp + STACK_WORDS]);',
    replace: 'stackfree(m, mp, m[gp + STACK], m[CONFIG + Config.at.stackMinWords]);',
    scenarios: ['deep-calls'],
  },
  {
    name: 'stack-span-clean',
    history: 'constructed',
    breaks: 'memory of stacks counts as clean when it comes back',
    file: 'src/malloc/span-alloc.ts',
    find: `  lock(m, mp, MHEAP_LOCK);
  m[s + NEEDZERO] = 1;
  addWide(m, STACKS_INUSE`,
    replace: `  lock(m, mp, MHEAP_LOCK);
  addWide(m, STACKS_INUSE`,
    scenarios: ['stacks'],
  },
  {
    name: 'last-gc-not-set',
    history: 'constructed',
    breaks: 'when the last collection ended is not noted',
    file: 'src/runtime/gc.ts',
    find: `  storeWide(m, MSTATS + MStats.at.lastGc, now);
`,
    replace: '',
    scenarios: ['traced'],
  },
  {
    name: 'clock-forgets-gc',
    history: 'constructed',
    breaks: 'that a collection is due wakes nobody',
    file: 'src/sync/clock.ts',
    find: 'if (isGcDue(m) || isScavengeDue(m)) Atomics.store(m, XDUE, 1);',
    replace: 'if (isScavengeDue(m)) Atomics.store(m, XDUE, 1);',
    scenarios: ['clock-alone'],
  },
  {
    name: 'due-gc-not-done',
    history: 'constructed',
    breaks: 'the collection of every two minutes is noted and not done',
    file: 'src/runtime/scavenger.ts',
    find: '    else forceGc(m, mp);',
    replace: '    else noteGc(m);',
    scenarios: ['clock-alone'],
  },
];
