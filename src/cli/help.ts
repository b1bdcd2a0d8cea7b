/** Sections of help besides commander's, laid out for the same width. */
import type { AddHelpTextContext } from 'commander';
import { EXIT } from '../base/fatal.ts';
import type { Workload } from '../workloads/workload.ts';
import { wrap } from '../report/wrap.ts';

/** Width of help in columns where stdout is not a terminal. */
export const HELP_WIDTH = 80;

/** Characters of the narrowest column of texts. */
const NARROWEST_TEXT = 24;

export type Row = readonly [name: string, text: string];
export type HelpText = (context: AddHelpTextContext) => string;

/** Exit codes and their meanings. */
export const EXIT_ROWS: readonly Row[] = [
  [String(EXIT.ok), 'done, and nothing wrong found'],
  [String(EXIT.invariant), 'an invariant of the collector is broken'],
  [String(EXIT.usage), 'the command line, a heap file or a workload module is unusable'],
  [String(EXIT.memory), 'the arena is full'],
  [String(EXIT.hang), 'a worker thread died, or the machine made no progress'],
  [String(EXIT.unproven), 'a planted bug was not found, nothing was checked, or a recorded failure no longer fits the source'],
  [String(EXIT.output), 'stdout, stderr or an output file could not be written'],
  [String(EXIT.interrupted), 'interrupted by Ctrl-C (143 by SIGTERM, 129 by SIGHUP)'],
];

export const exitCodes: HelpText = (context) => section('Exit codes', EXIT_ROWS, context);

/** Returns a section of command lines, each with its purpose. */
export function examples(rows: readonly Row[]): HelpText {
  return (context) => section('Examples', rows, context);
}

/** Returns a section of all workloads with their params. */
export function workloadList(workloads: readonly Workload[]): HelpText {
  const rows = workloads.flatMap(({ name, summary, params }): Row[] => [
    [name, summary],
    ...Object.entries(params).map(([param, { default: value, help }]): Row => [`  ${param}=${value}`, help]),
  ]);
  return (context) => section('Workloads and their params, for --set', rows, context);
}

/** Joins the lines. Commander adds the last line break. */
function section(title: string, rows: readonly Row[], { command }: AddHelpTextContext): string {
  const width = command.configureOutput().getOutHelpWidth?.() ?? HELP_WIDTH;
  return ['', `${title}:`, ...twoColumns(rows, width)].join('\n');
}

/** Lays texts out to the right of their names, or below them if the width is small. */
function twoColumns(rows: readonly Row[], width: number): string[] {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  const longest = Math.max(...rows.flatMap(([, text]) => text.split(' ').map((word) => word.length)));
  if (width - indent < Math.max(NARROWEST_TEXT, longest)) return rows.flatMap(([name, text]) => [`  ${name}`, ...wrap(text, width - 6).map((line) => `      ${line}`)]);
  return rows.flatMap(([name, text]) =>
    wrap(text, width - indent).map((line, i) => `  ${i === 0 ? name : ''}`.padEnd(indent) + line),
  );
}
