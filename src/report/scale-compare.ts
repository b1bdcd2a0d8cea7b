/** Compares two measurements of the same heap for each number of threads, as benchstat does. */
import { mannWhitney } from './mann-whitney.ts';
import { median } from '../base/statistics.ts';
import { formatTable, type Column } from './table.ts';
import { timeColumn } from '../base/units.ts';
import type { ScaleResult } from './scaling.ts';

/** Significance level, that of benchstat. */
const ALPHA = 0.05;

type Timed = Pick<ScaleResult, 'procs' | 'ns'>;

export interface Comparison {
  readonly procs: number;
  readonly oldNs: number;
  readonly newNs: number;
  /** Relative change of the median: 0.1 is 10 % slower. */
  readonly change: number;
  readonly p: number;
  readonly isSignificant: boolean;
  /** Numbers of runs, before and now. */
  readonly runs: readonly [number, number];
}

/** Compares the numbers of threads that both measurements have. */
export function compareResults(before: readonly Timed[], now: readonly Timed[]): Comparison[] {
  return now.flatMap((result) => {
    const other = before.find(({ procs }) => procs === result.procs);
    return other === undefined ? [] : [compareSamples(result.procs, other.ns, result.ns)];
  });
}

/** Compares two samples of times with `procs` threads, none of them empty. */
export function compareSamples(procs: number, before: readonly number[], now: readonly number[]): Comparison {
  const { p } = mannWhitney(before, now);
  const [oldNs, newNs] = [median(before), median(now)];
  return { procs, oldNs, newNs, change: changeOf(oldNs, newNs), p, isSignificant: p < ALPHA, runs: [before.length, now.length] };
}

/** Returns the relative change; 0 if the old time is 0. */
export function changeOf(oldNs: number, newNs: number): number {
  return oldNs === 0 ? 0 : newNs / oldNs - 1;
}

const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS = [right('threads'), right('before'), right('now'), right('change'), { head: '', align: 'left' as const }];

/** Returns the head and a row for each comparison. A change that is not significant is "~". */
export function formatComparison(rows: readonly Comparison[], width?: number): string[] {
  const time = timeColumn(rows.flatMap(({ oldNs, newNs }) => [oldNs, newNs]));
  return formatTable(COLUMNS, rows.map(({ procs, oldNs, newNs, change, p, isSignificant, runs }) => [
    String(procs), time(oldNs), time(newNs),
    isSignificant ? `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %` : '~',
    `(p=${p.toFixed(3)} n=${runs[0] === runs[1] ? runs[0] : runs.join('+')})`,
  ]), width);
}
