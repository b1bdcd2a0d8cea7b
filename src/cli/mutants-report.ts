/** The table of mutants: killed first, survivors last. */
import { printable } from '../base/printable.ts';
import { isKilled, median, type Kill } from '../explore/campaigns/mutants.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { formatTable, type Column } from '../report/table.ts';
import { formatCount, formatNumber, plural } from '../base/units.ts';

/** The outcome for one mutant: it was searched for, or a worker was lost. */
export interface Searched {
  readonly mutant: KnownBug;
  readonly kill: Kill | null;
  /** Why there is no kill. */
  readonly lost: string;
}

const left = (head: string): Column => ({ head, align: 'left' });
const right = (head: string): Column => ({ head, align: 'right' });
const COLUMNS = [left('mutant'), left('in'), left('history'), left('killed'), left('by'), right('executions'), right('seconds')];

/** Returns the table. Executions and seconds are medians of the searches; a search that found nothing counts in full. */
export function mutantsTable(searched: readonly Searched[], width?: number): string[] {
  const rank = ({ kill }: Searched): number => (kill === null ? 1 : isKilled(kill) ? 0 : 2);
  const rows = searched.toSorted((a, b) => rank(a) - rank(b)).map(rowOf);
  const killed = searched.filter((each) => rank(each) === 0).length;
  return [...formatTable(COLUMNS, rows, width), `${formatCount(killed)} of ${plural(searched.length, 'mutant')} killed`];
}

/** Returns one line on the result for a mutant. */
export function describeKill(searched: Searched): string {
  const [name, , , killed, by, executions, seconds] = rowOf(searched);
  return `${name}: ${killed === 'yes' ? `killed by ${by} in ${executions} executions, ${seconds} s` : killed === 'lost' ? by : `survives (${killed})`}`;
}

function rowOf({ mutant, kill, lost }: Searched): string[] {
  const where = mutant.file.replace(/^src\//, '').replace(/\.ts$/, '');
  const history = mutant.history.split(/[;:,(]/)[0].trim();
  if (kill === null) return [mutant.name, where, history, 'lost', printable(lost, MOST), '–', '–'];
  const { searches } = kill;
  const found = searches.filter(({ failure }) => failure !== null).length;
  const killed = found === searches.length ? 'yes' : found === 0 ? 'no' : `${found} of ${searches.length}`;
  const seconds = median(searches.map((search) => search.seconds));
  return [mutant.name, where, history, killed, printable(killers(kill), MOST), formatCount(median(searches.map(({ executions }) => executions))), formatNumber(seconds)];
}

/** Longest text of a column; the message of an exception may be longer. */
const MOST = 64;

/** Returns scenario and verdict of the most frequent failure, and the number of others. */
export function killers({ searches }: Kill): string {
  const counts = new Map<string, number>();
  for (const { failure } of searches) {
    if (failure !== null) counts.set(failure.key, (counts.get(failure.key) ?? 0) + 1);
  }
  const [first, ...others] = [...counts].toSorted(([, a], [, b]) => b - a).map(([key]) => key);
  if (first === undefined) return '–';
  return others.length === 0 ? first : `${first} and ${plural(others.length, 'other')}`;
}
