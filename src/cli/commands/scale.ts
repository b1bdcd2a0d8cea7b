/** `sweepgen scale`: mark time by the number of threads. */
import type { Command } from 'commander';
import { formatHeapFacts } from '../../report/heap-facts.ts';
import { describeHeap, explainScaling, formatScaleTable } from '../../report/scale-table.ts';
import type { Scaling } from '../../report/scaling.ts';
import type { Deps } from '../deps.ts';
import { GRAPHS, openHeap } from '../heaps.ts';
import { examples } from '../help.ts';
import { MAX_MARK_THREADS, parseArena, parseGoarch, parsePolicy, parseRuns, parseThreadCounts, type Goarch, type Policy } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';
import { parseModelThreads, parseObjects, predict } from '../prediction.ts';
import { measureScaling } from '../scaling.ts';

interface ScaleFlags {
  readonly procs?: readonly number[];
  readonly runs: number;
  readonly arena?: number;
  readonly policy: Policy;
  readonly goarch: Goarch;
  readonly verify?: boolean;
  readonly json?: boolean;
  readonly model?: readonly number[];
  readonly machine?: string;
  readonly objects?: number;
  readonly unpadded?: boolean;
}

const RUNS = 10;

export function addScale(program: Command, deps: Deps): void {
  program
    .command('scale')
    .summary('measure how mark time changes with the number of threads')
    .description('Builds one heap, collects it with each number of threads in turn, and compares the mark times.')
    .argument('[heap]', `self (the heap of this process), ${GRAPHS.join(', ')}, or a heap file: a V8 .heapsnapshot or a Go heap dump, as it is or in gzip`, 'self')
    .option('--procs <list>', `numbers of threads, each 1 to 32 (default: ${defaultCounts(deps.cores).join(',')})`, parseThreadCounts)
    .option('--runs <n>', 'collections measured with each number of threads', parseRuns, RUNS)
    .option('--arena <size>', 'size of the arena, as 64M, 2G or 512K (default: what the heap needs)', parseArena)
    .option('--policy <name>', 'how to mark: as go1.3 did, or tuned for speed', parsePolicy, 'go1.3')
    .option('--goarch <name>', 'the machine: amd64, or 386 with pointers of 32 bits', parseGoarch, 'amd64')
    .option('--verify', 'check the whole heap with the oracle at each collection')
    .option('--json', 'print one JSON document')
    .option('--model <list>', 'predict instead, for these numbers of threads: 1,2,16 or 1..128', parseModelThreads)
    .option('--machine <name>', 'machine to predict for, or the file that calibrate wrote (default: this one, if calibrated)')
    .option('--objects <n>', 'with --model: objects of a graph (default: a million)', parseObjects)
    .option('--unpadded', "with --model: as if the threads' counters shared cache lines")
    .addHelpText('after', examples([
      ['sweepgen scale', 'the heap of sweepgen itself'],
      ['sweepgen scale tree --procs 1,2,4 --runs 20', 'a binary tree of 4 million nodes'],
      ['sweepgen scale wide --policy tuned', 'the same with the faster mark loop'],
      ['sweepgen scale app.heapsnapshot --verify', 'the heap of a Node program'],
      ['sweepgen scale app.heapdump.gz', 'the heap of a Go program'],
      ['sweepgen scale tree --model 1..64', 'what more cores would give'],
    ]))
    .action((heap: string, flags: ScaleFlags) => scale(deps, heap, flags));
}

/** 1 to all cores; only powers of two and all, where that would be many. */
export function defaultCounts(cores: number): number[] {
  const most = Math.min(cores, MAX_MARK_THREADS);
  const all = Array.from({ length: most }, (_, i) => i + 1);
  return most <= 8 ? all : all.filter((n) => n === most || Number.isInteger(Math.log2(n)));
}

/** What people see of a measurement. */
export function printScaling(deps: Deps, scaling: Scaling): void {
  const { terminal } = deps;
  const { bold } = paint(terminal.outIsColored);
  const [head, ...rows] = formatScaleTable(scaling);
  const lines = ['', bold(head), ...rows, '', ...explainScaling(scaling)];
  terminal.out(`${lines.join('\n')}\n`);
}

async function scale(deps: Deps, heap: string, flags: ScaleFlags): Promise<void> {
  const progress = new Progress(deps.terminal);
  const source = await openHeap(deps, heap, progress).finally(() => progress.clear());
  if (flags.model !== undefined) return predict(deps, source, { ...flags, model: flags.model }, progress);
  const scaling = await measureScaling(deps, source, {
    counts: flags.procs ?? defaultCounts(deps.cores),
    runs: flags.runs,
    verify: flags.verify ?? false,
    arena: flags.arena,
    policy: flags.policy,
    goarch: flags.goarch,
  }, progress);
  if (flags.json) {
    const { scaleDocument } = await import('../../report/json.ts');
    deps.terminal.out(`${scaleDocument(scaling)}\n`);
    return;
  }
  deps.terminal.out(`${describeHeap(scaling)}\n`);
  if ('image' in source) for (const line of formatHeapFacts(source.image)) deps.terminal.out(`  ${line}\n`);
  printScaling(deps, scaling);
}
