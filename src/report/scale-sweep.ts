/** Measurements that differ in one setting, as one table. */
import { compareResults } from './scale-compare.ts';
import { formatTable, type Column } from './table.ts';
import { timeColumn } from '../base/units.ts';
import type { Scaling } from './scaling.ts';

/**
 * A row a measurement: its value, then for each count of threads the median time and how it
 * differs from the first row's, "~" where that may well be chance.
 */
export function formatSweep(name: string, scalings: readonly Scaling[], width?: number): string[] {
  const [first] = scalings;
  const time = timeColumn(scalings.flatMap(({ results }) => results.map(({ medianNs }) => medianNs)));
  const right = (head: string): Column => ({ head, align: 'right' });
  const columns = [right(name), ...first.results.flatMap(({ procs }) => [right(`${procs} ${procs === 1 ? 'thread' : 'threads'}`), right('change')])];
  return formatTable(columns, scalings.map((scaling) => {
    const changes = compareResults(first.results, scaling.results);
    return [String(scaling.settings[name]), ...scaling.results.flatMap(({ medianNs }, i) => [time(medianNs), scaling === first ? '' : changeOf(changes[i])])];
  }), width);
}

function changeOf({ change, isSignificant }: { readonly change: number; readonly isSignificant: boolean }): string {
  return isSignificant ? `${change < 0 ? '' : '+'}${(change * 100).toFixed(1)} %` : '~';
}
