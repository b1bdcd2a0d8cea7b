/** The memory profiler: buckets and records beside allocation and sweep. */
import type { KnownBug } from './known-bug.ts';

export const PROFILING: readonly KnownBug[] = [
  {
    name: 'profile-lock-order',
    history: 'golang/go b039abfc3e',
    breaks: 'malloc records a sampled block under proflock, who frees one takes proflock under the specials: each waits for the other',
    file: 'src/malloc/mprof.ts',
    find: `function mprofMalloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  recordProfiled(m, mp, p, countMalloc(m, mp, bytes, callers(m, mp, 0)));
}`,
    replace: `import { lock, unlock } from '../explore/sync/lock.ts';
import { PROFLOCK } from './buckets.ts';
function mprofMalloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  const b = countMalloc(m, mp, bytes, callers(m, mp, 0));
  lock(m, mp, PROFLOCK);
  recordProfiled(m, mp, p, b);
  unlock(m, mp, PROFLOCK);
}`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'bucket-made-twice',
    history: 'constructed',
    breaks: 'the bucket is looked for before proflock is taken: two Ms make one each for the same stack',
    file: 'src/malloc/buckets.ts',
    find: `  lock(m, mp, PROFLOCK);
  const b = stkbucketLocked(m, mp, size, stk);`,
    replace: `  const b = stkbucketLocked(m, mp, size, stk);
  lock(m, mp, PROFLOCK);`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-free-unlocked',
    history: 'constructed',
    breaks: 'two sweepers count a free of the same bucket at once, and one is lost',
    file: 'src/malloc/buckets.ts',
    find: `  lock(m, mp, PROFLOCK);
  addWide(m, b + (explicitly ? RECENT_FREES : PREV_FREES), 1);
  unlock(m, mp, PROFLOCK);`,
    replace: '  addWide(m, b + (explicitly ? RECENT_FREES : PREV_FREES), 1);',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-free-too-early',
    history: 'constructed',
    breaks: 'a free by hand counts for the last cycle, its malloc for this one: a profile of more frees than mallocs',
    file: 'src/malloc/specials.ts',
    find: 'mprofFree(m, mp, m[x + BUCKET], true);',
    replace: 'mprofFree(m, mp, m[x + BUCKET], false);',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-record-kept',
    history: 'constructed',
    breaks: 'the record of a block freed by hand stays on its span, and counts for whoever gets the block next',
    file: 'src/malloc/specials.ts',
    find: `    m[link] = m[x + NEXT];
    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree`,
    replace: `    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-published-unlocked',
    history: 'constructed',
    breaks: 'counts move from stage to stage while sampled blocks are allocated and freed: what is added meanwhile is lost',
    file: 'src/malloc/buckets.ts',
    find: `    addWide(m, b + ALLOCS, loadWide(m, b + PREV_ALLOCS));
    addWide(m, b + FREES, loadWide(m, b + PREV_FREES));`,
    replace: `    unlock(m, mp, PROFLOCK);
    addWide(m, b + ALLOCS, loadWide(m, b + PREV_ALLOCS));
    addWide(m, b + FREES, loadWide(m, b + PREV_FREES));
    lock(m, mp, PROFLOCK);`,
    scenarios: ['profile-sweep'],
  },
];
