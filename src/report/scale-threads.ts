/** The time of each thread of a mark, by activity. */
import type { Cycle, MarkThread } from '../gc/cycle-log.ts';
import { formatTable, type Column } from './table.ts';
import { formatBytes, formatCount, formatShare } from '../base/units.ts';

/** A thread's activities during a mark, in the order of tables and drawings. docs/reference/scale.md defines them. */
export const SHARES = ['roots', 'scanning', 'handing off', 'waiting', 'sleeping', 'away'] as const;
export type Share = (typeof SHARES)[number];
export type Shares = Readonly<Record<Share, number>>;

/** Means over the collections. */
export interface ThreadFacts {
  readonly objects: number;
  /** Bytes scanned; 0 where the mark loop doesn't count them. */
  readonly bytes: number;
  readonly casFailed: number;
  /** Shares of the mark time; their sum is 1. `sleeping` is waiting asleep, `away` is not yet or no longer marking. */
  readonly shares: Shares;
}

/**
 * Returns the threads by rank: first the thread that marked most in each collection, whatever its M.
 * @param cycles collections with the same number of threads
 */
export function threadFacts(cycles: readonly Cycle[]): ThreadFacts[] {
  const ranked = cycles.map(({ threads, markNs }) => threads.toSorted((a, b) => b.objectsMarked - a.objectsMarked).map((thread) => factsOf(thread, markNs)));
  const most = Math.max(0, ...ranked.map(({ length }) => length));
  return Array.from({ length: most }, (_, rank) => meanOf(ranked.flatMap((threads) => threads[rank] ?? [])));
}

function factsOf(thread: MarkThread, markNs: number): ThreadFacts {
  const { rootNs, drainNs, waitNs, gatherNs, sleepNs, handoffNs } = thread;
  const busyNs = Math.max(0, rootNs + drainNs - gatherNs - waitNs - handoffNs);
  const awayNs = Math.max(0, markNs - rootNs - drainNs);
  const all = gatherNs + busyNs + handoffNs + waitNs + awayNs || 1;
  return {
    objects: thread.objectsMarked,
    bytes: thread.bytesScanned,
    casFailed: thread.casFailed,
    shares: {
      roots: gatherNs / all,
      scanning: busyNs / all,
      'handing off': handoffNs / all,
      waiting: Math.max(0, waitNs - sleepNs) / all,
      sleeping: Math.min(sleepNs, waitNs) / all,
      away: awayNs / all,
    },
  };
}

/** Returns the means over threads, or over collections of one thread. @param threads at least one */
export function meanOf(threads: readonly ThreadFacts[]): ThreadFacts {
  const mean = (value: (thread: ThreadFacts) => number) => threads.reduce((sum, thread) => sum + value(thread), 0) / threads.length;
  return {
    objects: mean(({ objects }) => objects),
    bytes: mean(({ bytes }) => bytes),
    casFailed: mean(({ casFailed }) => casFailed),
    shares: Object.fromEntries(SHARES.map((share) => [share, mean(({ shares }) => shares[share])])) as Shares,
  };
}

const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS = [right('thread'), right('objects'), right('scanned'), ...SHARES.map((share) => right(share === 'handing off' ? 'handoff' : share))];

/** Returns the head and a row for each thread. */
export function formatThreads(threads: readonly ThreadFacts[], width?: number): string[] {
  return formatTable(COLUMNS, threads.map(({ objects, bytes, shares }, i) => [
    `${i + 1} of ${threads.length}`, formatCount(objects), bytes === 0 ? '–' : formatBytes(bytes), ...SHARES.map((share) => formatShare(shares[share])),
  ]), width);
}
