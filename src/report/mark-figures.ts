/**
 * The figures of a mark that `sweepgen scale` reports. An entry gives the column of the table (if it has a
 * `head`), the field of `mark` in JSON, the column of CSV (with `inCsv`) and the row of docs/reference/scale.md.
 */
import type { Figure, Unit } from '../base/figure.ts';
import { median } from '../base/statistics.ts';
import { formatCount, formatNumber, formatShare } from '../base/units.ts';
import type { Cycle } from '../gc/cycle-log.ts';

export interface MarkFigure extends Figure {
  readonly unit: Exclude<Unit, 'flag'>;
  /** The value over collections with the same number of threads. */
  readonly of: (cycles: readonly Cycle[]) => number;
  readonly format: (value: number) => string;
  /** The heading of its column in the table. Without one the table leaves it out. */
  readonly head?: string;
  /** Whether --csv has a column of the figure's name. */
  readonly inCsv?: boolean;
}

const medianOf = (value: (cycle: Cycle) => number) => (cycles: readonly Cycle[]) => median(cycles.map(value));

/** In the order of the table. */
export const MARK_FIGURES = {
  handoff: {
    unit: 'number', head: 'handoffs', format: formatCount, of: medianOf((c) => c.nhandoff),
    about: 'work buffers halved for a waiting M; median of a collection',
  },
  steal: {
    unit: 'number', head: 'steals', format: formatCount, of: medianOf((c) => c.nsteal),
    about: "steals of another thread's root jobs; median of a collection",
  },
  yields: {
    unit: 'number', format: formatCount, of: medianOf((c) => c.nprocyield + c.nosyield + c.nsleep),
    about: 'spins, yields and sleeps while waiting for work; median of a collection',
  },
  idleShare: {
    unit: 'share', head: 'idle', format: formatShare, of: idleShare,
    about: "share of all threads' time that is spent in `getfull`",
  },
  casFailed: {
    unit: 'number', format: formatCount, of: medianOf((c) => c.threads.reduce((sum, { casFailed }) => sum + casFailed, 0)),
    about: 'CASes of a mark that another thread won; median of a collection',
  },
  objectsAVisit: {
    unit: 'number', format: formatNumber, of: medianOf((c) => (c.spanVisits === 0 ? 0 : c.spanObjects / c.spanVisits)),
    about: 'objects scanned in a visit of a span; median of a collection; 0 unless --policy spans',
  },
  balance: {
    unit: 'number', format: formatNumber, of: medianOf(balance),
    about: 'objects marked by the busiest thread over the mean of all threads; median of a collection',
  },
} as const satisfies Readonly<Record<string, MarkFigure>>;

export type MarkFigureName = keyof typeof MARK_FIGURES;
export type MarkFigures = Readonly<Record<MarkFigureName, number>>;

/** Returns the figures of `cycles`, at least one, all with the same number of threads. */
export function markFigures(cycles: readonly Cycle[]): MarkFigures {
  return Object.fromEntries(Object.entries(MARK_FIGURES).map(([name, { of }]) => [name, of(cycles)])) as MarkFigures;
}

/** Omits waitNs: the oracle runs during that wait. */
function idleShare(cycles: readonly Cycle[]): number {
  let idle = 0;
  let all = 0;
  for (const { idleNs, nproc, markNs } of cycles) {
    idle += idleNs;
    all += nproc * markNs;
  }
  return all === 0 ? 0 : Math.min(1, idle / all);
}

function balance({ threads, nproc, objectsMarked }: Cycle): number {
  return objectsMarked === 0 ? 1 : Math.max(1, ...threads.map((thread) => (thread.objectsMarked * nproc) / objectsMarked));
}
