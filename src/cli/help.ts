/** The parts of help that commander doesn't write. */
import { EXIT } from '../base/fatal.ts';
import type { Workload } from '../workloads/workload.ts';

export const HELP_WIDTH = 80;

type Row = readonly [name: string, text: string];

export const EXIT_CODES = section('Exit codes', twoColumns([
  [String(EXIT.ok), 'done, and nothing wrong found'],
  [String(EXIT.invariant), 'an invariant of the collector is broken'],
  [String(EXIT.usage), 'the command line, a heap file or a workload module is unusable'],
  [String(EXIT.memory), 'the arena is full'],
  [String(EXIT.hang), 'a worker thread died, or nothing moved any more'],
  [String(EXIT.unproven), 'a planted bug was not found, or nothing was checked'],
  [String(EXIT.output), 'stdout, stderr or an output file could not be written'],
  [String(EXIT.interrupted), 'interrupted by Ctrl-C'],
]));

/** Command lines and what each is for. */
export function examples(rows: readonly Row[]): string {
  return section('Examples', twoColumns(rows));
}

/** Every workload with what can be set of it. */
export function workloadList(workloads: readonly Workload[]): string {
  const rows = workloads.flatMap(({ name, summary, params }): Row[] => [
    [name, summary],
    ...Object.entries(params).map(([param, { default: value, help }]): Row => [`  ${param}=${value}`, help]),
  ]);
  return section('Workloads, and what can be --set', twoColumns(rows));
}

/** Joined with line breaks, as commander ends a text with one. */
function section(title: string, lines: readonly string[]): string {
  return ['', `${title}:`, ...lines].join('\n');
}

function twoColumns(rows: readonly Row[]): string[] {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) =>
    wrap(text, HELP_WIDTH - indent).map((line, i) => `  ${i === 0 ? name : ''}`.padEnd(indent) + line),
  );
}

/** Lines of at most `width`, as far as words allow. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
