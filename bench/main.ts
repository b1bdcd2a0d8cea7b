/**
 * `npm run bench [-- suite …]`: all benchmarks of sweepgen, compared with bench/baseline.json.
 * `bench/beside-go.ts` compares with Go's collector on the same graphs.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ROOT } from '../src/base/root.ts';
import { median, medianInterval } from '../src/base/statistics.ts';
import { changeSince, machine, readBaseline, writeBaseline } from './baseline.ts';
import { churnSuite } from './churn.ts';
import { exploreSuite } from './explore.ts';
import { readHeaps } from './heap-graph.ts';
import { markSuite } from './mark.ts';
import { racesSuite } from './races.ts';
import type { Row, Suite } from './suite.ts';
import { sweepSuite } from './sweep.ts';

const BASELINE = join(ROOT, 'bench/baseline.json');
const SUITES: readonly Suite[] = [markSuite, churnSuite, sweepSuite, exploreSuite, racesSuite];

const program = new Command('npm run bench --')
  .argument('[suites...]', `what to measure (default: all):\n${SUITES.map(({ name, summary }) => `${name}: ${summary}`).join('\n')}`)
  .option('--heap <file>', 'mark: a heap file as one more graph; may be repeated', (file: string, all: readonly string[]) => [...all, file], [])
  .option('--json', 'print one JSON document')
  .option('--save', 'make these the baseline')
  .parse();
const { heap, json, save } = program.opts<{ heap: readonly string[]; json?: boolean; save?: boolean }>();
const unknown = program.args.find((name) => !SUITES.some((suite) => suite.name === name));
if (unknown !== undefined) program.error(`there is no suite '${unknown}'; there are ${SUITES.map(({ name }) => name).join(', ')}`);

const baseline = existsSync(BASELINE) ? readBaseline(BASELINE) : null;
const heaps = await readHeaps(heap);
const rows: Row[] = [];
if (!json) console.log(`${machine()}, node ${process.version}; before: ${baseline === null ? 'nothing' : `${baseline.machine}, node ${baseline.node}, commit ${baseline.commit}`}`);
for (const suite of SUITES) {
  if (program.args.length > 0 && !program.args.includes(suite.name)) continue;
  for await (const row of suite.measure(heaps)) {
    rows.push(row);
    if (!json) console.log(lineOf(row));
  }
}
if (json) console.log(JSON.stringify({ machine: machine(), node: process.version, rows }, null, 2));
if (save) writeBaseline(BASELINE, baseline, rows);

/** Returns a row: name, median with its 95 % interval, change since the baseline. */
function lineOf(row: Row): string {
  const { low, high } = medianInterval(row.samples);
  const figures = `${format(median(row.samples))} ${row.unit} (${format(low)} to ${format(high)}, n=${row.samples.length})`;
  return `${row.name.padEnd(48)} ${figures.padEnd(48)} ${changeSince(baseline, row)}`.trimEnd();
}

function format(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}
