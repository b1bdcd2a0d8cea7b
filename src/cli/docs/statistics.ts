/** The generated sections about statistics and JSON documents; see markers.ts. */
import type { Unit } from '../../base/figure.ts';
import { CYCLE } from '../../gc/cycle-log.ts';
import { MEMSTATS_FIELDS } from '../../malloc/mstats.ts';
import { MARK_FIGURES } from '../../report/mark-figures.ts';
import { RUN_COLUMNS } from '../../report/scale-bench.ts';
import { CSV_COLUMNS, JSON_COLUMNS, SCALE_COLUMNS } from '../../report/scale-columns.ts';
import { DOCUMENTS, commandsOf, versionOf } from '../document-catalog.ts';
import type { Sections } from './markers.ts';
import { code, table } from './markdown.ts';

const UNIT_NAMES: Readonly<Record<Unit, string>> = {
  count: 'count', number: 'number', bytes: 'bytes', ns: 'ns', ms: 'Unix ms', share: '0 to 1', flag: 'true or false',
};

export const STATISTICS_SECTIONS: Sections = {
  documents: () => table(['command', 'schema', 'source', 'contents'], DOCUMENTS.flatMap((entry) =>
    commandsOf(entry).map((command) => [code(command), String(versionOf(entry)), `${code(entry.name)}, ${entry.source}`, entry.about]))),
  memstats: () => figureTable(MEMSTATS_FIELDS),
  cycle: () => figureTable(CYCLE),
  mark: () => figureTable(MARK_FIGURES),
  'scale-columns': () => table(['column', 'phases', 'in `--json`', 'meaning'], Object.entries(SCALE_COLUMNS).flatMap(([name, { head, phases, about }]) =>
    (head === undefined ? [] : [[head(phases?.[0] ?? 'mark'), phases?.join(', ') ?? 'all', jsonPath(name), about]]))),
  'csv-columns': () => table(['column', 'meaning'], [...Object.entries(RUN_COLUMNS), ...CSV_COLUMNS].map(([name, { about }]) => [code(name), about])),
};

function figureTable(figures: Readonly<Record<string, { readonly unit: Unit; readonly about: string }>>): string {
  return table(['field', 'unit', 'meaning'], Object.entries(figures).map(([name, { unit, about }]) => [code(name), UNIT_NAMES[unit], about]));
}

/** Returns the field of a result in JSON that has the figure of a column. */
function jsonPath(name: string): string {
  if (name in MARK_FIGURES) return code(`mark.${name}`);
  if (JSON_COLUMNS.some(([other]) => other === name)) return code(name);
  return name in DECLARED ? code(DECLARED[name]) : '';
}

/** Fields that ScaleDocument declares itself, by the name of the column. */
const DECLARED: Readonly<Record<string, string>> = { threads: 'procs', time: 'medianNs', interval: 'intervalNs' };
