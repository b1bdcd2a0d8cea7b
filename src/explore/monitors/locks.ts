/** Which locks there are: their names, their words, and which sites of the source take and release them. */
import { CONFIG, Config } from '../../memory/config.ts';
import { globalRecord } from '../../memory/segment.ts';
import type { Ref } from '../../memory/address.ts';
import type { LockName } from '../../sync/lock-order.ts';
import { SCHED, SCHED_LOCK, Sched } from '../../machine/sched.ts';
import { Span } from '../../heap/span.ts';
import { NUM_SIZE_CLASSES } from '../../heap/size-classes.ts';
import { PROFLOCK } from '../../malloc/buckets.ts';
import { FINLOCK } from '../../malloc/finq.ts';
import { MCentral, mcentralAt } from '../../malloc/mcentral.ts';
import { MHEAP_LOCK, SPECIAL_LOCK } from '../../malloc/mheap-record.ts';
import { Persistent } from '../../malloc/persistent.ts';
import { STACKPOOL, StackPool } from '../../malloc/stack.ts';
import { GCLOCK } from '../../malloc/sweep.ts';
import { SYS, Sys } from '../../malloc/sys.ts';
import { TRACE_LOCK } from '../../malloc/trace.ts';
import { WORK, Work } from '../../gc/work.ts';
import type { Site } from '../../rewrite/sites.ts';

export const XWORLDSEMA = SCHED + Sched.at.xworldsema;

/** The locks of which there is one. */
export const LOCK_WORDS: Readonly<Partial<Record<LockName, Ref>>> = {
  worldsema: XWORLDSEMA,
  gclock: GCLOCK,
  'sched.lock': SCHED_LOCK,
  'mheap.speciallock': SPECIAL_LOCK,
  finlock: FINLOCK,
  proflock: PROFLOCK,
  'trace.lock': TRACE_LOCK,
  'stackpool.lock': STACKPOOL + StackPool.at.lock,
  'mheap.lock': MHEAP_LOCK,
  'work.lock': WORK + Work.at.lock,
  'persistent.lock': globalRecord('persistent', Persistent) + Persistent.at.lock,
  'sys.lock': SYS + Sys.at.lock,
};

const SINGLE = new Map(Object.entries(LOCK_WORDS).map(([name, word]) => [word, name as LockName]));

/** What kind of lock the word at `at` is; a lock of the program's own may lie anywhere. */
export function lockNameAt(m: Int32Array, at: Ref): LockName | null {
  const single = SINGLE.get(at);
  if (single !== undefined) return single;
  if (at >= mcentralAt(0) && at < mcentralAt(NUM_SIZE_CLASSES)) return 'mcentral.lock';
  if (at >= m[CONFIG + Config.at.arenaStart]) return 'hchan.lock';
  if (spanOfLock(m, at) >= 0) return 'span.speciallock';
  return at >= m[CONFIG + Config.at.data] && at < m[CONFIG + Config.at.cycleLog] ? 'waitgroup.lock' : null;
}

/** The lock at `at`, told from others of its kind. */
export function describeLock(m: Int32Array, at: Ref): string {
  const name = lockNameAt(m, at);
  if (name === 'mcentral.lock') return `mcentral ${(at - mcentralAt(0)) / MCentral.words} lock`;
  if (name === 'span.speciallock') return `span ${spanOfLock(m, at)} speciallock`;
  if (name === null || !SINGLE.has(at)) return `${name ?? 'a lock'} at word ${at}`;
  return name;
}

function spanOfLock(m: Int32Array, at: Ref): number {
  const offset = at - m[CONFIG + Config.at.spans] - Span.words;
  const isOne = offset >= 0 && offset < m[CONFIG + Config.at.maxSpans] * Span.words && offset % Span.words === Span.at.speciallock;
  return isOne ? Math.floor(offset / Span.words) : -1;
}

/** What a site does to a lock. */
export const LOCK_OP = {
  none: 0,
  /** A CAS that takes the lock if it wins. */
  take: 1,
  /** An exchange that takes the lock if it was free. */
  exchange: 2,
  release: 3,
  /** As take and release, if the word is worldsema. */
  acquire: 4,
  semrelease: 5,
} as const;

/** By site, one of LOCK_OP. */
export function lockOps(sites: readonly Site[]): Uint8Array {
  return Uint8Array.from(sites, ({ file, fn, kind }) => {
    if (file === 'src/sync/semaphore.ts') return kind === 'cas' ? LOCK_OP.acquire : fn === 'semrelease' && kind === 'rmw' ? LOCK_OP.semrelease : LOCK_OP.none;
    if (file !== 'src/sync/lock.ts') return LOCK_OP.none;
    if (kind === 'cas') return LOCK_OP.take;
    if (kind === 'rmw') return fn === 'unlock' ? LOCK_OP.release : LOCK_OP.exchange;
    return LOCK_OP.none;
  });
}
