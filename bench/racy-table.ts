/** The table of docs/explanation/memory-model.md that says what was explored for each racy access. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../src/base/root.ts';
import { formatCount } from '../src/base/units.ts';
import { findScenario } from '../src/explore/find.ts';
import type { Knobs } from '../src/explore/scenarios/scenario.ts';
import { repeatCommand } from '../src/explore/failure.ts';
import { DEFAULT_STRATEGY } from '../src/explore/strategies/catalog.ts';
import { sumOf, type RacyRecord, type Run } from './racy-record.ts';

const PAGE = join(ROOT, 'docs/explanation/memory-model.md');
const BEGIN = '<!-- written by bench/racy.ts -->';
const END = '<!-- end of it -->';

/** Returns the section: a table of accesses, and one of what was run. @param keys all racy accesses of the core */
export function racyTable(record: RacyRecord, keys: readonly string[]): string {
  const runs = record.runs.filter(({ executions }) => executions > 0);
  return [
    '| access | under `tso` | under `js` | of these, saw an older value | scenarios |',
    '|---|--:|--:|--:|---|',
    ...keys.map((key) => rowOf(record, runs, key)),
    '',
    '| run | failed | commit |',
    '|---|--:|---|',
    ...runs.map((run) => `| \`${commandOf(run)}\` | ${failedOf(run)} | ${run.commit} |`),
  ].join('\n');
}

/** Writes the section into the page. */
export function writeTable(record: RacyRecord, keys: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no section between ${BEGIN} and ${END}`);
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${racyTable(record, keys)}\n\n${page.slice(to)}`);
}

function rowOf(record: RacyRecord, runs: readonly Run[], key: string): string {
  const [, file, fn, access] = /^src\/(\S+) (\S+): (.+)$/.exec(key)!;
  const [tso, js] = (['tso', 'js'] as const).map((memory) => sumOf(record, key, memory));
  const older = access.startsWith('racyStore') ? '' : formatCount(tso.older + js.older);
  const scenarios = [...new Set(runs.filter(({ reached }) => reached[key] !== undefined).toSorted((a, b) => b.reached[key].executions - a.reached[key].executions).map(({ scenario }) => scenario))].slice(0, 2);
  return `| \`${file}\` ${fn}: \`${access.replaceAll('|', '\\|')}\` | ${formatCount(tso.executions)} | ${formatCount(js.executions)} | ${older} | ${scenarios.join(', ')} |`;
}

function commandOf({ scenario, knobs, memory, seed, executions }: Run): string {
  const command = repeatCommand({ scenario: findScenario(scenario), knobs: knobs as Knobs, memory, seed, strategy: DEFAULT_STRATEGY });
  return command.replace(` --strategy ${DEFAULT_STRATEGY} --executions 1`, ` --executions ${executions}`);
}

function failedOf({ failures }: Run): string {
  const kinds = Object.entries(failures).map(([kind, times]) => `${formatCount(times)} ${kind}`);
  return kinds.length === 0 ? '0' : kinds.join(', ');
}
