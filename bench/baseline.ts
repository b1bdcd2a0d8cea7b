/** Compares figures with a recorded baseline. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { z } from 'zod';
import { mannWhitney } from '../src/report/mann-whitney.ts';
import { median } from '../src/base/statistics.ts';
import { isRate, type Row } from './suite.ts';

/** Significance level, that of benchstat. */
const ALPHA = 0.05;

const Baseline = z.strictObject({
  commit: z.string(),
  machine: z.string(),
  node: z.string(),
  rows: z.array(z.strictObject({ name: z.string(), unit: z.enum(['ms', 'ns/object', 'GB/s', '1/s']), samples: z.array(z.number()).min(1) })),
});
type Baseline = z.infer<typeof Baseline>;

/** Reads the baseline at `path`. @throws Error if there is none */
export function readBaseline(path: string): Baseline {
  return Baseline.parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** Writes `rows` to the file at `path`, where they replace rows of the same names. */
export function writeBaseline(path: string, before: Baseline | null, rows: readonly Row[]): void {
  const kept = (before?.rows ?? []).filter(({ name }) => !rows.some((row) => row.name === name));
  const rounded = rows.map((row) => ({ ...row, samples: row.samples.map((sample) => Number(sample.toPrecision(4))) }));
  const all = [...kept, ...rounded].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = all.map((row) => `    ${JSON.stringify(row)}`).join(',\n');
  writeFileSync(path, `{\n  "commit": ${JSON.stringify(commit())},\n  "machine": ${JSON.stringify(machine())},\n  "node": ${JSON.stringify(process.version)},\n  "rows": [\n${lines}\n  ]\n}\n`);
}

/** Returns "0.82, better", or "~" if the change is not significant; '' if the baseline lacks the row. */
export function changeSince(before: Baseline | null, row: Row): string {
  const old = before?.rows.find(({ name, unit }) => name === row.name && unit === row.unit);
  if (old === undefined) return '';
  const ratio = median(row.samples) / median(old.samples);
  if (mannWhitney(old.samples, row.samples).p >= ALPHA) return '~';
  return `${ratio.toFixed(2)}, ${ratio > 1 === isRate(row) ? 'better' : 'worse'}`;
}

export function machine(): string {
  return `${cpus().length} × ${cpus()[0].model}`;
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
}
