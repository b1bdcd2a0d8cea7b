/** Blocks and bytes that are counted twice, not at all, or as something else. */
import type { KnownBug } from './known-bug.ts';

export const STATISTICS: readonly KnownBug[] = [
  {
    name: 'sweep-large-bytes-uncounted',
    history: 'constructed',
    breaks: 'bytes of a large object that a sweep frees are not counted',
    file: 'src/malloc/sweep.ts',
    find: `  addWide(m, c + LOCAL_LARGEFREE, size);
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'free-large-bytes-uncounted',
    history: 'constructed',
    breaks: 'bytes of an explicitly freed large object are not counted',
    file: 'src/malloc/free.ts',
    find: `  addWide(m, c + LOCAL_LARGEFREE, bytes);
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'tinyallocs-twice',
    history: 'constructed',
    breaks: 'tiny allocations are added again at each flush',
    file: 'src/malloc/span-alloc.ts',
    find: `  m[c + LOCAL_TINYALLOCS] = 0;
`,
    replace: '',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'mallocs-without-large',
    history: 'constructed',
    breaks: 'freed large objects count as neither allocated nor freed',
    file: 'src/gc/stats.ts',
    find: `  let frees = loadWide(m, MSTATS + MStats.at.nlargefree);
  let freedBytes`,
    replace: `  let frees = 0;
  let freedBytes`,
    scenarios: ['reclaim'],
  },
  {
    name: 'tiny-not-counted-as-malloc',
    history: 'constructed',
    breaks: 'tiny objects that share a block are not counted as allocated',
    file: 'src/gc/stats.ts',
    find: 'storeWide(m, NMALLOC, objects + frees + tiny);',
    replace: 'storeWide(m, NMALLOC, objects + frees);',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'mcache-nlargefree-reported-twice',
    history: 'constructed',
    breaks: 'freed large objects are added again at each flush',
    file: 'src/malloc/mcache.ts',
    find: `  m[c + LOCAL_NLARGEFREE] = 0;
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'mcache-largefree-reported-twice',
    history: 'constructed',
    breaks: 'bytes of freed large objects are added again at each flush',
    file: 'src/malloc/mcache.ts',
    find: `  storeWide(m, c + LOCAL_LARGEFREE, 0);
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'mcache-nsmallfree-reported-twice',
    history: 'constructed',
    breaks: 'freed blocks are added again at each flush',
    file: 'src/malloc/mcache.ts',
    find: `    m[c + LOCAL_NSMALLFREE + i] = 0;
`,
    replace: '',
    scenarios: ['free-beside'],
  },
  {
    name: 'nlookup-reported-twice',
    history: 'constructed',
    breaks: 'lookups are added again at each flush',
    file: 'src/malloc/mcache.ts',
    find: `  m[c + LOCAL_NLOOKUP] = 0;
`,
    replace: '',
    scenarios: ['free-beside'],
  },
  {
    name: 'free-large-counted-small',
    history: 'constructed',
    breaks: 'an explicitly freed large object counts as a small one',
    file: 'src/malloc/free.ts',
    find: '  m[c + LOCAL_NLARGEFREE]++;',
    replace: '  m[c + LOCAL_NSMALLFREE + 1]++;',
    scenarios: ['reclaim'],
  },
  {
    name: 'sweep-counts-no-class',
    history: 'constructed',
    breaks: 'blocks that a sweep frees count as large ones',
    file: 'src/malloc/sweep.ts',
    find: 'm[c + LOCAL_NSMALLFREE + m[s + SIZECLASS]] += n;',
    replace: 'm[c + LOCAL_NSMALLFREE] += n;',
    scenarios: ['cache-flush'],
  },
  {
    name: 'grown-span-uncounted',
    history: 'constructed',
    breaks: 'blocks of a fresh span are not counted as free',
    file: 'src/malloc/mcentral.ts',
    find: `    m[c + NFREE] += m[grown + NELEMS];
`,
    replace: '',
    scenarios: ['sweep-refill'],
  },
  {
    name: 'taken-span-still-counted',
    history: 'constructed',
    breaks: 'blocks of a span that a P caches still count as free',
    file: 'src/malloc/mcentral.ts',
    find: `  m[c + NFREE] -= free;
`,
    replace: '',
    scenarios: ['sweep-refill'],
  },
  {
    name: 'large-not-in-heap-alloc',
    history: 'constructed',
    breaks: 'a large object is not counted as live',
    file: 'src/malloc/span-alloc.ts',
    find: `    m[HEAP_ALLOC_Q] += npages << (PAGE_SHIFT - QUAD_SHIFT);
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'freed-large-in-heap-alloc',
    history: 'constructed',
    breaks: 'a large object that was freed still counts as live',
    file: 'src/malloc/span-alloc.ts',
    find: `  if (large) m[HEAP_ALLOC_Q] -= m[s + NPAGES] << (PAGE_SHIFT - QUAD_SHIFT);
`,
    replace: '',
    scenarios: ['reclaim'],
  },
  {
    name: 'total-alloc-without-large',
    history: 'constructed',
    breaks: 'totalAlloc lacks the bytes of freed large objects',
    file: 'src/gc/stats.ts',
    find: 'let freedBytes = loadWide(m, MSTATS + MStats.at.largefree);',
    replace: 'let freedBytes = 0;',
    scenarios: ['reclaim'],
  },
  {
    name: 'by-size-not-cleared',
    history: 'constructed',
    breaks: 'mallocs by size are not reset before the recount',
    file: 'src/gc/stats.ts',
    find: `  for (let c = 0; c < NUM_SIZE_CLASSES; c++) storeWide(m, BY_SIZE_NMALLOC + 2 * c, 0);
`,
    replace: '',
    scenarios: ['traced'],
  },
  {
    name: 'frees-without-tiny',
    history: 'constructed',
    breaks: 'tiny objects that share a block are not counted as freed',
    file: 'src/gc/stats.ts',
    find: 'storeWide(m, NFREE, frees + tiny);',
    replace: 'storeWide(m, NFREE, frees);',
    scenarios: ['tiny-blocks'],
  },
  {
    name: 'explicit-free-uncounted',
    history: 'constructed',
    breaks: 'an explicitly freed small block does not count as freed',
    file: 'src/malloc/free.ts',
    find: `  m[c + LOCAL_NSMALLFREE + sizeclass]++;
`,
    replace: '',
    scenarios: ['free-beside'],
  },
  {
    name: 'tiny-block-not-counted',
    history: 'constructed',
    breaks: 'a new tiny block is also counted as a shared allocation',
    file: 'src/malloc/malloc.ts',
    find: `  clearWords(m, p, TINY_WORDS);
`,
    replace: `  clearWords(m, p, TINY_WORDS);
  m[c + LOCAL_TINYALLOCS]++;
`,
    scenarios: ['tiny-blocks'],
  },
];
