/** Memory that is released and reused: the scavenger and its clock, stacks and their caches. */
import type { KnownBug } from './known-bug.ts';

export const MEMORY: readonly KnownBug[] = [
  {
    name: 'gc-not-noted',
    history: 'constructed',
    breaks: 'the time of the last collection is not stored: each tick forces a collection',
    file: 'src/runtime/gc.ts',
    find: `  noteGc(m);
`,
    replace: '',
    scenarios: ['clock-alone'],
  },
  {
    name: 'scavenge-forgets-time',
    history: 'constructed',
    breaks: 'the scavenger does not store the time of its run: it is due at each tick',
    file: 'src/runtime/scavenger.ts',
    find: `    noteScavenge(m);
`,
    replace: '',
    scenarios: ['clock-alone'],
  },
  {
    name: 'unused-since-start',
    history: 'constructed',
    breaks: 'a freed span has no unusedsince: it is released at once',
    file: 'src/malloc/page-runs.ts',
    find: `  m[s + UNUSEDSINCE] = now;
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'unused-since-oldest',
    history: 'constructed',
    breaks: 'a coalesced free run takes the age of its oldest part',
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
    breaks: 'long free runs are never released',
    file: 'src/malloc/scavenge.ts',
    find: 'n <= MAX_MHEAP_LIST',
    replace: 'n < MAX_MHEAP_LIST',
    scenarios: ['long-runs'],
  },
  {
    name: 'joined-forgets-released',
    history: 'constructed',
    breaks: 'npreleased is dropped when a run coalesces',
    file: 'src/malloc/page-runs.ts',
    find: `  m[s + NPRELEASED] += m[t + NPRELEASED];
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'released-never-taken-back',
    history: 'constructed',
    breaks: 'reused pages still count as released',
    file: 'src/malloc/page-runs.ts',
    find: `    addWide(m, HEAP_RELEASED, -(m[s + NPRELEASED] * PAGE_BYTES));
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'system-not-told-used',
    history: 'constructed',
    breaks: 'sysUsed is not called for pages that come back into use',
    file: 'src/malloc/page-runs.ts',
    find: `    sysUsed(m, mp, m[s + NPRELEASED] << PAGE_WORD_SHIFT);
`,
    replace: '',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'released-counted-twice',
    history: 'constructed',
    breaks: 'released pages count again at the next release',
    file: 'src/malloc/scavenge.ts',
    find: '      released += pages * PAGE_BYTES;',
    replace: '      released += m[s + NPAGES] * PAGE_BYTES;',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'scavenge-limit-ignored',
    history: 'constructed',
    breaks: 'the scavenger releases memory that was just freed',
    file: 'src/malloc/scavenge.ts',
    find: 'if (pages === 0 || msSince(m, m[s + UNUSEDSINCE]) <= limitMs) continue;',
    replace: 'if (pages === 0) continue;',
    scenarios: ['scavenge-old'],
  },
  {
    name: 'free-os-memory-unswept',
    history: 'constructed',
    breaks: 'FreeOSMemory releases memory before the garbage is swept',
    file: 'src/runtime/scavenger.ts',
    find: 'gcStart(m, mp, FORCE.andSweep);',
    replace: 'gcStart(m, mp, FORCE.leaveSweep);',
    scenarios: ['statistics'],
  },
  {
    name: 'stack-cache-smallest-kept',
    history: 'constructed',
    breaks: 'the smallest cached stacks are not flushed before a mark',
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
    breaks: 'a freed stack is cached but not counted',
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
    breaks: 'a stack taken from the cache still counts as cached',
    file: 'src/malloc/stack.ts',
    find: `  m[c + STACK_WORDS + order] -= words;
  return x;`,
    replace: '  return x;',
    scenarios: ['stacks'],
  },
  {
    name: 'stacks-kept-without-end',
    history: 'constructed',
    breaks: 'a P never flushes its stack cache before a collection',
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
    breaks: 'a stack of the size limit is cached instead of having a span of its own',
    file: 'src/malloc/stack.ts',
    find: '  if (words >= m[CACHE_WORDS]) return -1;',
    replace: '  if (words > m[CACHE_WORDS]) return -1;',
    scenarios: ['stacks'],
  },
  {
    name: 'stacks-inuse-uncounted',
    history: 'constructed',
    breaks: 'a freed stack span still counts as stack memory in use',
    file: 'src/malloc/span-alloc.ts',
    find: `  addWide(m, STACKS_INUSE, -(m[s + NPAGES] * PAGE_BYTES));
`,
    replace: '',
    scenarios: ['stacks'],
  },
  {
    name: 'stack-span-one-short',
    history: 'constructed',
    breaks: 'a stack span is cut into one stack fewer than it counts',
    file: 'src/malloc/stack.ts',
    find: 'for (let i = n - 1; i >= 0; i--)',
    replace: 'for (let i = n - 1; i > 0; i--)',
    scenarios: ['stacks'],
  },
  {
    name: 'ended-stack-smallest',
    history: 'constructed',
    breaks: "a dead goroutine's stack is freed with the smallest order",
    file: 'src/runtime/goroutine.ts',
    find: 'stackfree(m, mp, m[gp + STACK], m[gp + STACK_WORDS]);',
    replace: 'stackfree(m, mp, m[gp + STACK], m[CONFIG + Config.at.stackMinWords]);',
    scenarios: ['deep-calls'],
  },
  {
    name: 'stack-span-clean',
    history: 'constructed',
    breaks: 'freed stack memory counts as zeroed',
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
    breaks: 'the end time of the last collection is not stored',
    file: 'src/runtime/cycle-figures.ts',
    find: `  storeWide(m, MSTATS + MStats.at.lastGc, now);
`,
    replace: '',
    scenarios: ['traced'],
  },
  {
    name: 'clock-forgets-gc',
    history: 'constructed',
    breaks: 'a due collection wakes no M',
    file: 'src/sync/clock.ts',
    find: 'if (isGcDue(m) || isScavengeDue(m)) Atomics.store(m, XDUE, 1);',
    replace: 'if (isScavengeDue(m)) Atomics.store(m, XDUE, 1);',
    scenarios: ['clock-alone'],
  },
  {
    name: 'due-gc-not-done',
    history: 'constructed',
    breaks: 'the forced collection of every two minutes is logged but not run',
    file: 'src/runtime/scavenger.ts',
    find: '    else forceGc(m, mp);',
    replace: '    else noteGc(m);',
    scenarios: ['clock-alone'],
  },
];
