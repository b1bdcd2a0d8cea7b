/** The parts of help that commander doesn't write, laid out for the same width. */
import type { AddHelpTextContext } from 'commander';
import { EXIT } from '../base/fatal.ts';
import type { Workload } from '../workloads/workload.ts';
import { wrap } from '../report/wrap.ts';

/** Columns where there is no terminal to fit. */
export const HELP_WIDTH = 80;

/** A column of texts has at least so many characters. */
const NARROWEST_TEXT = 24;

export type Row = readonly [name: string, text: string];
export type HelpText = (context: AddHelpTextContext) => string;

/** What the process can end with. */
export const EXIT_ROWS: readonly Row[] = [
  [String(EXIT.ok), 'done, and nothing wrong found'],
  [String(EXIT.invariant), 'an invariant of the collector is broken'],
  [String(EXIT.usage), 'the command line, a heap file or a workload module is unusable'],
  [String(EXIT.memory), 'the arena is full'],
  [String(EXIT.hang), 'a worker thread died, or nothing moved any more'],
  [String(EXIT.unproven), 'a planted bug was not found, or nothing was checked'],
  [String(EXIT.output), 'stdout, stderr or an output file could not be written'],
  [String(EXIT.interrupted), 'interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)'],
];

export const exitCodes: HelpText = (context) => section('Exit codes', EXIT_ROWS, context);

/** Command lines and what each is for. */
export function examples(rows: readonly Row[]): HelpText {
  return (context) => section('Examples', rows, context);
}

/** Every workload with what can be set of it. */
export function workloadList(workloads: readonly Workload[]): HelpText {
  const rows = workloads.flatMap(({ name, summary, params }): Row[] => [
    [name, summary],
    ...Object.entries(params).map(([param, { default: value, help }]): Row => [`  ${param}=${value}`, help]),
  ]);
  return (context) => section('Workloads, and what can be --set', rows, context);
}

/** Joined with line breaks, as commander ends a text with one. */
function section(title: string, rows: readonly Row[], { command }: AddHelpTextContext): string {
  const width = command.configureOutput().getOutHelpWidth?.() ?? HELP_WIDTH;
  return ['', `${title}:`, ...twoColumns(rows, width)].join('\n');
}

/** Texts beside the names, or below them where little of the width is left. */
function twoColumns(rows: readonly Row[], width: number): string[] {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  const longest = Math.max(...rows.flatMap(([, text]) => text.split(' ').map((word) => word.length)));
  if (width - indent < Math.max(NARROWEST_TEXT, longest)) return rows.flatMap(([name, text]) => [`  ${name}`, ...wrap(text, width - 6).map((line) => `      ${line}`)]);
  return rows.flatMap(([name, text]) =>
    wrap(text, width - indent).map((line, i) => `  ${i === 0 ? name : ''}`.padEnd(indent) + line),
  );
}
