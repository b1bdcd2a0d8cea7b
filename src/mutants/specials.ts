/** Specials of single blocks: finalizers, profile records, and those of neighbouring blocks. */
import type { KnownBug } from './known-bug.ts';

export const SPECIALS: readonly KnownBug[] = [
  {
    name: 'free-specials-of-neighbour',
    history: 'constructed',
    breaks: 'an explicit free removes the specials of the next block as well',
    file: 'src/malloc/specials.ts',
    find: 'm[m[link] + OFFSET] >>> 0 < offset + (m[s + ELEMSIZE] >>> 0)',
    replace: 'm[m[link] + OFFSET] >>> 0 <= offset + (m[s + ELEMSIZE] >>> 0)',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'sweep-specials-of-neighbour',
    history: 'constructed',
    breaks: 'the sweep of a block removes the specials of the next block as well',
    file: 'src/malloc/sweep-specials.ts',
    find: 'while (m[link] !== 0 && blockOf(m, s, m[link]) === block) {',
    replace: 'while (m[link] !== 0 && blockOf(m, s, m[link]) <= block + (m[s + ELEMSIZE] >>> 2)) {',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'finalizers-of-neighbour',
    history: 'constructed',
    breaks: 'the finalizers of the next block are queued as well',
    file: 'src/malloc/sweep-specials.ts',
    find: 'while (m[at] !== 0 && blockOf(m, s, m[at]) === block) {',
    replace: 'while (m[at] !== 0 && blockOf(m, s, m[at]) <= block + (m[s + ELEMSIZE] >>> 2)) {',
    scenarios: ['specials-sweep'],
  },
  {
    name: 'last-span-specials-left-out',
    history: 'constructed',
    breaks: 'finalizers in the last span are no roots',
    file: 'src/gc/roots.ts',
    find: '  for (let index = 0; index < n; index++) {',
    replace: '  for (let index = 0; index < n - 1; index++) {',
    scenarios: ['finalizers-last'],
  },
  {
    name: 'sweep-all-with-specials',
    history: 'constructed',
    breaks: 'a span without live blocks is freed with the specials of its blocks',
    file: 'src/malloc/sweep.ts',
    find: 'if (m[s + SPECIALS] === 0 && m[s + SIZECLASS] !== 0',
    replace: 'if (m[s + SIZECLASS] !== 0',
    scenarios: ['finalizers'],
  },
  {
    name: 'special-order-by-offset',
    history: 'constructed',
    breaks: 'a special is inserted by its offset alone, not by its kind',
    file: 'src/malloc/specials.ts',
    find: 'm[x + KIND] >= kind)) break;',
    replace: 'm[x + KIND] > kind)) break;',
    scenarios: ['specials'],
  },
  {
    name: 'special-removed-of-any-kind',
    history: 'constructed',
    breaks: 'removal takes the first special of an offset, whatever its kind',
    file: 'src/malloc/specials.ts',
    find: 'm[x + OFFSET] >>> 0 === offset && m[x + KIND] === kind) {',
    replace: 'm[x + OFFSET] >>> 0 === offset) {',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'special-record-lost',
    history: 'constructed',
    breaks: 'the record of a repeated SetFinalizer is leaked',
    file: 'src/malloc/specials.ts',
    find: `  if (addspecial(m, mp, address, x)) return true;
  releaseSpecial(m, mp, x);
`,
    replace: `  if (addspecial(m, mp, address, x)) return true;
`,
    scenarios: ['specials'],
  },
  {
    name: 'freed-profile-kept',
    history: 'constructed',
    breaks: 'the profiler never learns of the explicit free of a sampled block',
    file: 'src/malloc/free.ts',
    find: `  if (racyLoad(m, s + SPECIALS) !== 0) freeAllSpecials(m, mp, s, p);
`,
    replace: '',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'finalizer-inner-lost',
    history: 'constructed',
    breaks: 'the finalizer of an interior byte is called with the address of its word',
    file: 'src/malloc/sweep-specials.ts',
    find: 'm[x + OFFSET] & 3, m[x + FN]',
    replace: '0, m[x + FN]',
    scenarios: ['specials'],
  },
  {
    name: 'finalizer-context-lost',
    history: 'constructed',
    breaks: 'a finalizer is called with the context of another',
    file: 'src/malloc/finq.ts',
    find: `  m[f + Finalizer.at.context] = context;
`,
    replace: '',
    scenarios: ['finalizers'],
  },
  {
    name: 'removed-special-kept',
    history: 'constructed',
    breaks: "a removed finalizer's record is freed while it is still linked",
    file: 'src/malloc/specials.ts',
    find: `    m[link] = m[x + NEXT];
    tellChanged`,
    replace: '    tellChanged',
    scenarios: ['specials'],
  },
  {
    name: 'profile-frees-kept-recent',
    history: 'constructed',
    breaks: 'explicit frees are published again in each cycle',
    file: 'src/malloc/buckets.ts',
    find: `    storeWide(m, b + RECENT_FREES, 0);
`,
    replace: '',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-free-as-swept',
    history: 'constructed',
    breaks: 'an explicit free is charged to the last sweep',
    file: 'src/malloc/buckets.ts',
    find: '(explicitly ? RECENT_FREES : PREV_FREES)',
    replace: '(explicitly ? PREV_FREES : PREV_FREES)',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-last-bucket-left',
    history: 'constructed',
    breaks: 'the first bucket made is never published',
    file: 'src/malloc/buckets.ts',
    find: `  for (let b = m[MPROF + BUCKETS]; b !== 0; b = m[b + ALLNEXT]) {
    addWide(m, b + ALLOCS`,
    replace: `  for (let b = m[MPROF + BUCKETS]; m[b + ALLNEXT] !== 0; b = m[b + ALLNEXT]) {
    addWide(m, b + ALLOCS`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-published-before-mark',
    history: 'constructed',
    breaks: 'the profile is published at the start of a cycle: it includes garbage',
    file: 'src/runtime/gc.ts',
    find: `  setUpMark(m, mp);
  times.t2`,
    replace: `  mprofGC(m, mp);
  setUpMark(m, mp);
  times.t2`,
    scenarios: ['traced', 'finalizers'],
  },
  {
    name: 'profile-first-cache-only',
    history: 'constructed',
    breaks: 'a new sampling rate reaches one P only',
    file: 'src/runtime/memprofile.ts',
    find: 'noticeReset(m, mAt(m, i), m[mAt(m, i) + MCACHE]);',
    replace: 'noticeReset(m, mAt(m, 0), m[mAt(m, 0) + MCACHE]);',
    scenarios: ['profile-sweep'],
  },
];
