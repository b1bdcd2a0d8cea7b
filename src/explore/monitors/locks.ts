/**
 * The locks of a machine: their names, their words, and the sites of the source that take and
 * release them. The words derive from the fields that records declare with lockField.
 */
import { CONFIG, Config } from '../../memory/config.ts';
import type { Ref } from '../../memory/address.ts';
import type { LockName } from '../../memory/lock-order.ts';
import { declaredRecords, type Struct } from '../../memory/struct.ts';
import { SCHED, Sched } from '../../machine/sched.ts';
import { fixedRows, segmentPlaces } from '../../inspect/records.ts';
import type { Site } from '../../rewrite/sites.ts';

export const XWORLDSEMA = SCHED + Sched.at.xworldsema;

/** By name, the word of each lock of which there is one. */
export const LOCK_WORDS: ReadonlyMap<LockName, Ref> = new Map([
  ['worldsema', XWORLDSEMA] as const,
  ...segmentPlaces().filter(({ count }) => count === 1).flatMap(({ record, at }) => locksIn(record).map(({ lock, offset }) => [lock, at + offset] as const)),
]);

const SINGLE = new Map([...LOCK_WORDS].map(([name, word]) => [word, name]));

function locksIn(record: Struct): readonly { readonly field: string; readonly lock: LockName; readonly offset: number }[] {
  return Object.entries(record.fields).flatMap(([field, { lock }]) => (lock === undefined ? [] : [{ field, lock, offset: record.at[field] }]));
}

/** Returns the word offset of the lock called `lock` in the record that declares it. */
export function lockOffsetIn(lock: LockName): number {
  for (const record of declaredRecords()) {
    const found = locksIn(record).find((each) => each.lock === lock);
    if (found !== undefined) return found.offset;
  }
  throw new Error(`no record declares ${lock}`);
}

interface InRow {
  readonly record: Struct;
  readonly index: number;
  readonly field: string;
  readonly lock: LockName;
}

/** The lock at `at`, if it is one of many in a row of records. */
function inRow(m: Int32Array, at: Ref): InRow | undefined {
  for (const row of fixedRows(m)) {
    if (at < row.at || at >= row.at + row.count * row.words) continue;
    const found = locksIn(row.record).find(({ offset }) => offset === (at - row.at) % row.words);
    return found === undefined ? undefined : { record: row.record, index: Math.floor((at - row.at) / row.words), ...found };
  }
  return undefined;
}

/** Returns the name of the lock at `at`; null if no order applies to it. A program's own lock may lie anywhere. */
export function lockNameAt(m: Int32Array, at: Ref): LockName | null {
  const single = SINGLE.get(at);
  if (single !== undefined) return single;
  if (at >= m[CONFIG + Config.at.arenaStart]) return 'hchan.lock';
  const found = inRow(m, at);
  if (found !== undefined) return found.lock;
  return at >= m[CONFIG + Config.at.data] && at < m[CONFIG + Config.at.cycleLog] ? 'waitgroup.lock' : null;
}

/** Returns the name of the lock at `at` with its number among those of its name. */
export function describeLock(m: Int32Array, at: Ref): string {
  const single = SINGLE.get(at);
  if (single !== undefined) return single;
  const found = inRow(m, at);
  if (found !== undefined) return `${found.record.name} ${found.index} ${found.field}`;
  return `${lockNameAt(m, at) ?? 'a lock'} at word ${at}`;
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
