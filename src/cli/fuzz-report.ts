/** Texts of a campaign: its progress, its failures, and the coverage at its end. */
import { printable } from '../base/printable.ts';
import { EDGES } from '../rewrite/edges/catalog.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { MONITOR_NAMES } from '../explore/monitors/catalog.ts';
import { passed, type ScenarioTally, type Tally } from '../explore/campaigns/tally.ts';
import { formatTable, type Column } from '../report/table.ts';
import { formatCount, formatRate, plural } from '../base/units.ts';
import { wrap } from '../report/wrap.ts';
import type { WorkerFacts } from '../queue/queue.ts';
import { commandLine } from './command-line.ts';
import type { Terminal } from './deps.ts';
import { describeWorkers } from './describe-workers.ts';
import { HELP_WIDTH } from './help.ts';
import { inWords } from '../base/suggest.ts';
import { tableText } from './lane-table-text.ts';

const COLUMNS: readonly Column[] = [
  { head: 'scenario', align: 'left' },
  ...['executions', 'a second', 'distinct', 'accesses', 'edges', 'failures'].map((head) => ({ head, align: 'right' as const })),
];

/** Longest line that is printed whole. */
const LONGEST_LINE = 2000;

/**
 * Returns one line on the campaign and the scenario of the last slice.
 * @param workers the present workers of a queue; undefined without a queue
 */
export function describeProgress(slice: ScenarioTally, tally: Tally, seconds: number, workers?: readonly WorkerFacts[]): string {
  const { scenario, executions, distinct, edges } = slice;
  const all = tally.sum('executions');
  const failures = tally.failures.length === 0 ? '' : `, ${plural(tally.failures.length, 'failure')}`;
  const rate = formatRate(all / Math.max(seconds, 0.001));
  const where = workers === undefined ? '' : `, ${describeWorkers(workers)}`;
  return `${formatCount(all)} (${rate}/s)${where}, edges ${passed(tally.edges())} of ${passed(tally.possible())}${failures} | ${scenario}: ${formatCount(executions)}, ${formatCount(distinct)} distinct, edges ${passed(edges)}`;
}

/** Returns "30 executions (4,000 a second), 30 distinct interleavings, 12,345 accesses". */
export function describeTotals(tally: Tally, seconds: number): string {
  const executions = tally.sum('executions');
  const rate = seconds >= 0.1 ? ` (${formatRate(executions / seconds)} a second)` : '';
  return `${plural(executions, 'execution')}${rate}, ${plural(tally.sum('distinct'), 'distinct interleaving')}, ${plural(tally.sum('steps'), 'access', 'accesses')}`;
}

/** Returns the verdict of a campaign without failures; '' if it checked nothing, or should have found a planted bug. */
export function nothingWrong(executions: number, mutant: { readonly name: string } | undefined): string {
  return executions === 0 || mutant !== undefined ? '' : ', nothing wrong';
}

/** Returns the lines on a failure: its place, the commands that repeat it, and, if `explained`, its explanation. */
export function describeFailure(failure: Failure, explained: boolean, { outIsColored, outWidth }: Pick<Terminal, 'outIsColored' | 'outWidth'>): string[] {
  const { station, explanation, shrunk, repeat } = failure;
  const lines = [`a failure of ${printable([station.scenario, ...knobsOf(failure)].join(' '))}, by ${station.strategy}${watchedBy(station.monitors)}${station.memory === undefined ? '' : `, under ${station.memory}`}:`];
  const told = typeof shrunk === 'object' && shrunk !== null && shrunk.explanation.length > 0 ? shrunk.explanation : explanation;
  if (explained) lines.push(...told.map((line) => `  ${printable(line, LONGEST_LINE)}`));
  if (typeof shrunk === 'string') lines.push(`it could not be shrunk: ${printable(shrunk, LONGEST_LINE)}`);
  else if (shrunk !== null) {
    lines.push(`shrunk to ${plural(shrunk.preemptions, 'preemption')}${shrunk.values === undefined ? '' : `, ${plural(shrunk.values, 'older value')}`} in ${plural(shrunk.steps, 'access', 'accesses')}:`, ...shrunk.story.flatMap((line) => wrap(printable(line, LONGEST_LINE), outWidth)), ...tableText(shrunk.table, outIsColored, outWidth));
    lines.push(`replay the shrunk one with: sweepgen replay '${shrunk.line}'`);
  }
  lines.push(`repeat the one that failed with: ${printable(repeat, LONGEST_LINE)}`);
  return lines;
}

/** Returns the command that runs a failure again, shrunk if it was. */
export function againBy({ shrunk, repeat }: Pick<Failure, 'shrunk' | 'repeat'>): string {
  return shrunk === null || typeof shrunk === 'string' ? repeat : commandLine(['replay', shrunk.line]);
}

function watchedBy(monitors: readonly string[]): string {
  if (monitors.length === 0) return '';
  return monitors.length === MONITOR_NAMES.length ? ', with all monitors' : `, with ${inWords(monitors)}`;
}

function knobsOf({ station }: Failure): string[] {
  return Object.entries(station.knobs).map(([name, value]) => `${name}=${value}`);
}

/** Returns a table of the scenarios and the number of passed edges; with `never`, also the names of the others. */
export function describeCoverage(tally: Tally, never: boolean, width?: number): string[] {
  const rows = tally.scenarios.map(({ scenario, executions, seconds, distinct, steps, edges, failures }) => [
    printable(scenario),
    formatCount(executions),
    seconds > 0 ? formatRate(executions / seconds) : '–',
    formatCount(distinct),
    formatCount(steps),
    formatCount(passed(edges)),
    formatCount(failures.size),
  ]);
  const covered = tally.scenarios.flatMap((each) => (each.covered === '' ? [] : [`${printable(each.scenario)}: ${printable(each.covered, LONGEST_LINE)}`]));
  return [...formatTable(COLUMNS, rows, width), ...covered.flatMap((line) => wrap(line, width)), ...notRun(tally, width), ...edgesOf(tally, never, width)];
}

function notRun({ scenarios }: Tally, width: number | undefined): string[] {
  const names = scenarios.filter(({ executions }) => executions === 0).map(({ scenario }) => printable(scenario));
  return names.length === 0 ? [] : wrapped('not run: ', names, width);
}

function edgesOf(tally: Tally, never: boolean, width: number | undefined): string[] {
  const counts = tally.edges();
  const possible = tally.possible();
  const left = EDGES.filter((_, i) => counts[i] < possible[i]);
  const all = passed(possible);
  const summary = `${passed(counts)} of ${all} protocol edges${all < EDGES.length ? ' that could be passed here' : ''} were passed`;
  if (left.length === 0 || !never) return [summary];
  const protocols = [...new Set(left.map(({ protocol }) => protocol))];
  const lines = protocols.flatMap((protocol) => {
    const names = left.filter((edge) => edge.protocol === protocol).map(({ name }) => name.slice(protocol.length + 2));
    return wrapped(`  ${protocol}: `, names, width);
  });
  return [`${summary}; never:`, ...lines];
}

/** Returns `head` and the words, joined by semicolons and wrapped. */
function wrapped(head: string, words: readonly string[], width = HELP_WIDTH): string[] {
  const lines = [head];
  words.forEach((word, i) => {
    const text = i < words.length - 1 ? `${word}; ` : word;
    const last = lines[lines.length - 1];
    if (last.length + text.trimEnd().length > width && last.trim() !== '') lines.push(' '.repeat(4) + text);
    else lines[lines.length - 1] = last + text;
  });
  return lines.map((line) => line.trimEnd());
}
