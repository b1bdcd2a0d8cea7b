/** The memory profiler: buckets and records during allocation and sweep. */
import type { KnownBug } from './known-bug.ts';

export const PROFILING: readonly KnownBug[] = [
  {
    name: 'profile-lock-order',
    history: 'golang/go b039abfc3e',
    breaks: 'malloc takes the specials lock under proflock, and free takes proflock under the specials lock: the two deadlock',
    file: 'src/malloc/mprof.ts',
    find: `function mprofMalloc(m: Mem, mp: MRef, p: Ref, bytes: number): void {
  recordProfiled(m, mp, p, countMalloc(m, mp, bytes, callers(m, mp, 0)));
}`,
    replace: `import { lock, unlock } from '../sync/lock.ts';
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
    breaks: 'the bucket is looked up before proflock is taken: two Ms make one each for the same stack',
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
    breaks: 'two sweepers count a free in the same bucket without a lock: one is lost',
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
    breaks: 'an explicit free is charged to the last cycle and its malloc to this one: the profile shows more frees than mallocs',
    file: 'src/malloc/specials.ts',
    find: 'mprofFree(m, mp, m[x + BUCKET], true);',
    replace: 'mprofFree(m, mp, m[x + BUCKET], false);',
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-record-kept',
    history: 'constructed',
    breaks: "the profile record of an explicitly freed block stays on its span and is charged to the block's next user",
    file: 'src/malloc/specials.ts',
    find: `    m[link] = m[x + NEXT];
    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree`,
    replace: `    if (m[x + KIND] === SPECIAL_KIND.profile) mprofFree`,
    scenarios: ['profile-sweep'],
  },
  {
    name: 'profile-published-unlocked',
    history: 'constructed',
    breaks: 'profile stages advance without proflock: concurrent samples are lost',
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
