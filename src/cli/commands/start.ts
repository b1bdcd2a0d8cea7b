/** `sweepgen start`: measures marking on a real heap without a file, the heap of this process. */
import type { Command } from 'commander';
import { formatBytes, formatCount, plural } from '../../base/units.ts';
import { formatFacts } from '../../report/table.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { Interrupted } from '../interruption.ts';
import { parseRuns } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';
import { measureScaling } from '../scaling.ts';
import { inWords } from '../../base/suggest.ts';
import { defaultCounts, parseThreadCounts } from '../thread-counts.ts';
import { printScaling } from './scale.ts';

interface StartFlags {
  readonly procs?: readonly number[];
  readonly runs: number;
  readonly json?: boolean;
}

const RUNS = 10;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Takes a snapshot of its own heap, loads it through the allocator, and measures how mark time changes with the number of threads. Each collection is verified.')
    .option('--procs <list>', 'numbers of threads, each 1 to 32 (default: 1 to all cores)', parseThreadCounts)
    .option('--runs <n>', 'collections measured with each number of threads', parseRuns, RUNS)
    .option('--json', 'print one JSON document')
    .addHelpText('after', examples([
      ['sweepgen start', 'the same as npm start'],
      ['sweepgen start --procs 1,2,4 --runs 20', 'with more threads, more often'],
    ]))
    .action((flags: StartFlags) => start(deps, flags));
}

async function start(deps: Deps, flags: StartFlags): Promise<void> {
  const { terminal } = deps;
  const counts = flags.procs ?? defaultCounts(deps.cores);
  const say = flags.json ? () => {} : terminal.out;
  say('Taking a snapshot of this process… ');
  const image = await deps.readOwnHeap();
  say(`${plural(image.objects, 'object')}, ${plural(image.edges, 'reference')}, ${formatBytes(image.bytes)}\n`);
  const threads = `${inWords(counts.map(String))} ${counts.length === 1 && counts[0] === 1 ? 'thread' : 'threads'}`;
  say(`Loading it through the allocator, and marking it with ${threads},\n`);
  say(`${plural(flags.runs, 'time')} each after a warm-up, each verified… `);
  // The last line on stdout is not finished, so show no line of progress.
  const quiet = new Progress(flags.json ? terminal : { ...terminal, errIsTerminal: false });
  const scaling = await measureScaling(deps, { image }, { counts, runs: flags.runs, verify: true }, quiet).catch((error: unknown) => {
    say('\n');
    throw error;
  });
  say(`${formatCount(scaling.heap.spans)} spans\n`);
  if (flags.json) {
    const { scaleDocument } = await import('../../report/json.ts');
    terminal.out(`${scaleDocument(scaling, undefined, 'start')}\n`);
  } else printScaling(deps, scaling);
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
