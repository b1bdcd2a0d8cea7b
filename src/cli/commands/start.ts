/** `sweepgen start`: measures marking on a real heap without a file, the heap of this process. */
import type { Command } from 'commander';
import { OutputError } from '../../base/fatal.ts';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import { formatFacts } from '../../report/table.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { DEFAULT_REPORT, addReport, checkReport, isRecording, wantsDocument, writeReport, type ReportFlags } from '../html-report.ts';
import { Interrupted } from '../interruption.ts';
import { parseRuns } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';
import { measureScaling } from '../scaling.ts';
import { inWords } from '../../base/suggest.ts';
import { recordsEvents } from '../timelines.ts';
import { addTrace, checkTrace, writeTrace, type TraceFlags } from '../trace-flag.ts';
import { MAX_MARK_THREADS, defaultCounts, parseThreadCounts } from '../thread-counts.ts';
import { printScaling } from './scale.ts';

interface StartFlags extends Omit<ReportFlags, 'html'>, TraceFlags {
  /** False with --no-html. */
  readonly html?: string | false;
  readonly procs?: readonly number[];
  readonly runs: number;
}

const RUNS = 10;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Takes a snapshot of its own heap, loads it through the allocator, and measures how mark time changes with the number of threads. Each collection is verified.')
    .option('--procs <list>', `numbers of threads, each 1 to ${MAX_MARK_THREADS} (default: 1 to all cores)`, parseThreadCounts)
    .option('--runs <n>', 'collections measured with each number of threads', parseRuns, RUNS)
    .option('--json', 'print one JSON document');
  addReport(command);
  addTrace(command, 'what each thread does in the last collection with the largest number of threads');
  command
    .option('--no-html', `write no report (default: to ${DEFAULT_REPORT}, unless --json is given)`)
    .addHelpText('after', examples([
      ['sweepgen start', 'the same as npm start'],
      ['sweepgen start --procs 1,2,4 --runs 20', 'with more threads, more often'],
    ]))
    .action((flags: StartFlags) => start(deps, flags));
}

async function start(deps: Deps, flags: StartFlags): Promise<void> {
  const { terminal } = deps;
  const report = { ...flags, html: flags.html === false ? undefined : flags.html ?? (flags.json ? undefined : DEFAULT_REPORT) };
  if (flags.html) checkReport(deps, report);
  checkTrace(deps, flags);
  const counts = flags.procs ?? defaultCounts(deps.cores);
  const say = flags.json ? () => {} : terminal.out;
  say('Taking a snapshot of this process… ');
  const image = await deps.readOwnHeap(isRecording(report));
  say(`${plural(image.objects, 'object')}, ${plural(image.edges, 'reference')}, ${formatBytes(image.bytes)}\n`);
  const threads = `${inWords(counts.map(String))} ${counts.length === 1 && counts[0] === 1 ? 'thread' : 'threads'}`;
  say(`Loading it through the allocator, and marking it with ${threads},\n`);
  say(`${plural(flags.runs, 'time')} each after a warm-up, each verified… `);
  // The last line on stdout is not finished, so show no line of progress.
  const quiet = new Progress(flags.json ? terminal : { ...terminal, errIsTerminal: false });
  const scaling = await measureScaling(deps, { image }, { counts, runs: flags.runs, verify: true, recordEvents: recordsEvents(report), records: isRecording(report) }, quiet).catch((error: unknown) => {
    say('\n');
    throw error;
  });
  say(`${formatCount(scaling.heap.spans)} spans\n`);
  let document: string | undefined;
  if (wantsDocument(report)) {
    const { scaleDocument } = await import('../../report/json.ts');
    document = scaleDocument(scaling, undefined, 'start');
  }
  if (flags.json) terminal.out(`${document}\n`);
  else printScaling(deps, scaling);
  say('\n');
  writeTrace(deps, flags, scaling.timeline === undefined ? [] : [scaling.timeline]);
  await writeReport(deps, report, 'start', document).catch((error: unknown) => {
    if (flags.html || !(error instanceof OutputError)) throw error;
    // The user has not asked for the default report.
    terminal.err(`No report: ${error.message}; name another file with --html, or leave it out with --no-html.\n`);
  });
  if (scaling.interrupted) throw new Interrupted();
  say(`\n${paint(terminal.outIsColored).bold('Next')}\n`);
  for (const line of NEXT) say(`  ${line}\n`);
}

const NEXT = formatFacts([
  ['sweepgen scale tree', `the same for a graph: ${GRAPH_NAMES.join(', ')}`],
  ['sweepgen scale my.heapsnapshot', 'or for the heap of any Node program'],
  ['sweepgen stress --seconds 30', 'random workloads under the oracle'],
  ['docs/', 'explanations'],
]);
