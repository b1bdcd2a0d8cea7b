/** A table of measurements that differ in one setting. */
import { compareResults } from './scale-compare.ts';
import { formatTable, type Column } from './table.ts';
import { timeColumn } from '../base/units.ts';
import type { Scaling } from './scaling.ts';

/**
 * Returns the head and a row for each measurement: the value of the setting `name`, then for each number of threads the
 * median time and its change from the first row. A change that is not significant is "~".
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
