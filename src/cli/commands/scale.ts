/** `sweepgen scale`: a phase's time by the number of threads. */
import { Option, type Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { Stopped } from '../../run/errors.ts';
import { policyFor, type MachineTuning, type Policy } from '../../run/tuning.ts';
import { describeRepresented, formatHeapFacts } from '../../report/heap-facts.ts';
import { formatCsv, formatGoBench } from '../../report/scale-bench.ts';
import { compareResults, formatComparison, type Comparison } from '../../report/scale-compare.ts';
import { formatSweep } from '../../report/scale-sweep.ts';
import { describeMemoryUse } from '../../report/memory-use.ts';
import { describeGraph } from '../../report/scale-limits.ts';
import { describeHeap, explainScaling, formatScaleTable } from '../../report/scale-table.ts';
import { formatThreads, type ThreadFacts } from '../../report/scale-threads.ts';
import { paintHeads } from '../../report/table.ts';
import { wrap } from '../../report/wrap.ts';
import type { PredictionDocument, ScaleDocument } from '../../report/json.ts';
import { SCALE_PHASES, type ScalePhase, type Scaling } from '../../report/scaling.ts';
import type { Deps } from '../deps.ts';
import { Interrupted } from '../interruption.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import { HEAP_FILE_HELP, nameOf, openHeap, type HeapSource } from '../heaps.ts';
import { sayWritten } from '../drawing.ts';
import { examples } from '../help.ts';
import { ARENA_MOST_HELP, MAX_MARK_THREADS, POLICY_HELP, oneOf, parseArena, parseGoarch, parsePolicy, parseRuns, parseThreadCounts, type Goarch } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';
import { parseModelThreads, parseObjects, predict } from '../prediction.ts';
import { measureAllocation, measureScaling } from '../scaling.ts';
import { addSweep, addTuning, tuningOf, type Sweep } from '../tuning.ts';

interface ScaleFlags extends MachineTuning {
  readonly phase: ScalePhase;
  readonly sweep?: Sweep;
  readonly procs?: readonly number[];
  readonly runs: number;
  readonly arena?: number;
  readonly policy?: Policy;
  readonly goarch: Goarch;
  readonly verify?: boolean;
  readonly compare?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly model?: readonly number[];
  readonly machine?: string;
  readonly objects?: number;
  readonly unpadded?: boolean;
  readonly bench?: boolean;
  readonly csv?: boolean;
}

const RUNS = 10;
/** Rows for the threads of one count. */
const MOST_THREADS = 8;

export function addScale(program: Command, deps: Deps): void {
  const command = program
    .command('scale')
    .summary('measure how mark time changes with the number of threads')
    .description('Builds one heap, collects it with each number of threads in turn, and compares how long that took. docs/scaling.md says how to read it.')
    .argument('[heap]', `self (the heap of this process), ${GRAPH_NAMES.join(', ')}, or a heap file: ${HEAP_FILE_HELP} (default: self)`)
    .option('--phase <name>', 'what to time: mark, sweep (by as many threads), cycle (pause and sweep), or alloc (of small objects, with no heap given)', oneOf<ScalePhase>('--phase', SCALE_PHASES), 'mark')
    .option('--procs <list>', 'numbers of threads, each 1 to 32; threads beyond the core count are time-sliced (default: 1 to all cores)', parseThreadCounts)
    .option('--runs <n>', 'collections measured with each number of threads; the numbers take turns, forwards, then backwards', parseRuns, RUNS)
    .option('--arena <size>', `size of the arena, as 64M, 2G or 512K; ${ARENA_MOST_HELP} (default: what the heap needs)`, parseArena)
    .option('--policy <name>', POLICY_HELP, parsePolicy)
    .option('--goarch <name>', 'the machine: amd64, or 386 with pointers of 32 bits', parseGoarch, 'amd64')
    .option('--verify', 'check the whole heap with the oracle at each collection')
    .option('--compare <file>', 'compare with what --json printed before, by the Mann-Whitney U test; with --model, predicted and measured')
    .option('--svg <file>', 'draw time and speedup against threads')
    .addOption(new Option('--json', 'print one JSON document').conflicts(['bench', 'csv']))
    .addOption(new Option('--bench', "print Go's benchmark text, for benchstat").conflicts(['json', 'csv']))
    .addOption(new Option('--csv', 'print one row a run').conflicts(['json', 'bench']))
    .option('--objects <n>', 'objects of a graph, about (default: 1 to 4 million, by the graph; with --model a million)', parseObjects)
    .option('--model <list>', 'predict instead, for these numbers of threads: 1,2,16 or 1..128', parseModelThreads)
    .option('--machine <name>', 'machine to predict for, or the file that calibrate wrote (default: this one, if calibrated)')
    .option('--unpadded', "with --model: as if the threads' counters shared cache lines")
    .addHelpText('after', examples([
      ['sweepgen scale', 'the heap of sweepgen itself'],
      ['sweepgen scale tree --procs 1,2,4 --runs 20', 'a binary tree of 4 million nodes'],
      ['sweepgen scale list --objects 100000', 'a list of 100,000'],
      ['sweepgen scale wide --policy tuned', 'the same with the faster mark loop'],
      ['sweepgen scale tree --phase sweep', 'how sweeping scales'],
      ['sweepgen scale --phase alloc --procs 1,2', 'how allocation scales'],
      ['sweepgen scale wide --json > old.json', 'a baseline'],
      ['sweepgen scale wide --compare old.json', 'what has changed since'],
      ['sweepgen scale tree --sweep workbuf=64,256,1024', 'three sizes of work buffers beside one another'],
      ['sweepgen scale wide --sweep mark=cas,byte', 'two ways to set a mark'],
      ['sweepgen scale app.heapsnapshot --verify', 'the heap of a Node program'],
      ['sweepgen scale app.heapdump.gz', 'the heap of a Go program'],
      ['sweepgen scale app.hprof', 'the heap of a Java program'],
      ['sweepgen scale tree --model 1..64', 'what more cores would give'],
    ]))
    .action((heap: string | undefined, flags: ScaleFlags) => scale(deps, heap, flags));
  addSweep(addTuning(command));
}

/** 1 to all cores; only powers of two and all, where that would be many. */
export function defaultCounts(cores: number): number[] {
  const most = Math.min(cores, MAX_MARK_THREADS);
  const all = Array.from({ length: most }, (_, i) => i + 1);
  return most <= 8 ? all : all.filter((n) => n === most || Number.isInteger(Math.log2(n)));
}

/** What people see of a measurement. */
export function printScaling(deps: Deps, scaling: Scaling, comparison: readonly Comparison[] = []): void {
  const { terminal } = deps;
  const { bold } = paint(terminal.outIsColored);
  const width = terminal.outWidth;
  const table = (lines: readonly string[]) => ['', ...paintHeads(lines, bold)];
  const threads = threadsToShow(scaling);
  const lines = [
    ...table(formatScaleTable(scaling, width)),
    ...(threads.length > 1 ? table(formatThreads(threads, width)) : []),
    ...(comparison.length > 0 ? table(formatComparison(comparison, width)) : []),
    '',
    ...explainScaling(scaling).flatMap((sentence) => wrap(sentence, width)),
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

/** Of the largest count that doesn't fill the screen. */
function threadsToShow({ results }: Scaling): readonly ThreadFacts[] {
  return results.findLast(({ procs }) => procs <= MOST_THREADS)?.mark?.threads ?? [];
}

async function scale(deps: Deps, heap: string | undefined, flags: ScaleFlags): Promise<void> {
  const progress = new Progress(deps.terminal);
  if (flags.sweep !== undefined && (flags.svg ?? flags.compare) !== undefined) {
    throw new UsageError('--sweep compares with its own first value; leave --svg and --compare out');
  }
  const tunings = tuningsOf(flags);
  for (const tuning of tunings) policyFor({ policy: flags.policy, tuning });
  if (flags.svg !== undefined) deps.checkWritable(flags.svg);
  checkModel(flags);
  const baseline = flags.compare === undefined ? undefined : await readBaseline(deps, flags.compare);
  const { phase } = flags;
  checkPhase(heap, flags);
  const source = phase === 'alloc' ? undefined : await openHeap(deps, heap ?? 'self', flags.objects, progress).finally(() => progress.clear());
  if (source !== undefined && flags.model !== undefined) {
    if (baseline !== undefined && baseline.phase !== 'mark') throw new UsageError(`${printable(baseline.path)} measured --phase ${baseline.phase}, and --model predicts marking`);
    return predict(deps, source, { ...flags, model: flags.model, tuning: tunings[0], baseline }, progress);
  }
  const before = baseline === undefined ? undefined : measuredOnly(baseline);
  const counts = flags.procs ?? defaultCounts(deps.cores);
  if (before !== undefined) checkComparable(before, phase, source === undefined ? 'churn' : nameOf(source), counts);
  const measure = (tuning: MachineTuning) => {
    const { runs, verify = false, arena, policy, goarch } = flags;
    const options = { counts, runs, verify, arena, policy, goarch, tuning, keepsHeap: flags.sweep !== undefined };
    return source === undefined || phase === 'alloc' ? measureAllocation(deps, options, progress) : measureScaling(deps, source, { ...options, phase }, progress);
  };
  if (flags.sweep !== undefined) {
    await sweepOver(deps, flags.sweep, flags, tunings, measure);
    return;
  }
  const scaling = await measure(tunings[0]);
  if (scaling.interrupted) return endEarly(deps, flags, scaling);
  const comparison = before === undefined ? undefined : compareResults(before.results, scaling.results);
  if (!(await writeFigures(deps, flags, [scaling], comparison))) printAll(deps, source, scaling, comparison);
  if (flags.svg !== undefined) {
    const { scaleSvg } = await import('../../report/scale-svg.ts');
    deps.writeFile(flags.svg, Buffer.from(scaleSvg(scaling)));
    sayWritten(deps, flags, flags.svg);
  }
}

/** The heap, what is known of it, and what was measured. */
function printAll(deps: Deps, source: HeapSource | undefined, scaling: Scaling, comparison?: readonly Comparison[]): void {
  deps.terminal.out(`${describeHeap(scaling)}\n`);
  if (source !== undefined && 'image' in source) for (const line of formatHeapFacts(source.image, deps.terminal.outWidth)) deps.terminal.out(`  ${line}\n`);
  if (scaling.heap.represented !== undefined) deps.terminal.out(`  ${describeRepresented(scaling.heap.represented)}\n`);
  if (scaling.graph !== undefined) for (const line of describeGraph(scaling.graph)) deps.terminal.out(`  ${line}\n`);
  if (scaling.memory !== undefined) for (const line of describeMemoryUse(scaling.memory)) deps.terminal.out(`  ${line}\n`);
  printScaling(deps, scaling, comparison);
}

/** What was measured before the user ended it; a drawing or a comparison is left for the whole. */
async function endEarly(deps: Deps, flags: ScaleFlags, scaling: Scaling): Promise<never> {
  if (!(await writeFigures(deps, flags, [scaling]))) {
    deps.terminal.out(`${describeHeap(scaling)}\n`);
    printScaling(deps, scaling);
  }
  throw new Interrupted();
}

/** One for each measurement: as the flags say, or with each value of the sweep. */
function tuningsOf(flags: ScaleFlags): MachineTuning[] {
  const { sweep } = flags;
  return sweep === undefined ? [tuningOf(flags)] : sweep.values.map((value) => ({ ...tuningOf(flags), [sweep.name]: value }));
}

/** One measurement a value, one after the other. */
async function sweepOver({ terminal, ...deps }: Deps, { name }: Sweep, flags: ScaleFlags, tunings: readonly MachineTuning[], measure: (tuning: MachineTuning) => Promise<Scaling>): Promise<void> {
  const scalings: Scaling[] = [];
  let interruption: Stopped | undefined;
  for (const tuning of tunings) {
    try {
      const scaling = await measure(tuning);
      if (scaling.interrupted) throw new Stopped();
      scalings.push(scaling);
    } catch (error) {
      if (!(error instanceof Stopped) || scalings.length === 0) throw error;
      interruption = error;
      break;
    }
  }
  if (!(await writeFigures({ ...deps, terminal }, flags, scalings))) {
    const table = paintHeads(formatSweep(name, scalings, terminal.outWidth), paint(terminal.outIsColored).bold);
    terminal.out(`${[describeHeap(scalings[0]), '', ...table].join('\n')}\n`);
  }
  if (interruption !== undefined) throw interruption;
}

/** What other programs read, if it was asked for: one JSON document, or the texts of all. */
async function writeFigures({ terminal }: Deps, flags: ScaleFlags, scalings: readonly Scaling[], comparison?: readonly Comparison[]): Promise<boolean> {
  if (flags.json) {
    const { scaleDocument, sweepDocument } = await import('../../report/json.ts');
    terminal.out(`${flags.sweep === undefined ? scaleDocument(scalings[0], comparison) : sweepDocument(flags.sweep.name, scalings)}\n`);
  } else if (flags.bench) terminal.out(`${scalings.flatMap((scaling) => formatGoBench(scaling, flags.sweep?.name)).join('\n')}\n`);
  else if (flags.csv) terminal.out(`${scalings.flatMap((scaling, i) => formatCsv(scaling).slice(i === 0 ? 0 : 1)).join('\n')}\n`);
  else return false;
  return true;
}

type Baseline = ScaleDocument & { readonly path: string };

async function readBaseline(deps: Deps, path: string): Promise<Baseline | (PredictionDocument & { readonly path: string })> {
  const { readScaleDocument } = await import('../../report/read-document.ts');
  return { path, ...readScaleDocument(path, deps.readText(path)) };
}

/** @throws UsageError for a prediction, of which there is only one run */
function measuredOnly(baseline: Awaited<ReturnType<typeof readBaseline>>): Baseline {
  if (baseline.command === 'scale --model') throw new UsageError(`${printable(baseline.path)} is a prediction; measure with --json, and compare the prediction with that under --model`);
  return baseline;
}

/** What only measures, and what only predicts. */
const MEASURING = ['procs', 'sweep', 'verify', 'bench', 'csv'] as const;
const PREDICTING = ['machine', 'unpadded'] as const;

/** @throws UsageError for what would be left unused */
function checkModel(flags: ScaleFlags): void {
  const given = (name: keyof ScaleFlags) => flags[name] !== undefined;
  if (flags.model === undefined) {
    const unused = PREDICTING.find(given);
    if (unused !== undefined) throw new UsageError(`--${unused} is for --model; leave it out`);
    return;
  }
  const unused = MEASURING.find(given);
  if (unused !== undefined) throw new UsageError(`--${unused} is for measuring, and --model predicts; leave one of them out`);
  if (flags.phase !== 'mark') throw new UsageError('--model predicts marking; leave --phase out');
}

/** @throws UsageError for what a phase has no use for */
function checkPhase(heap: string | undefined, { phase, verify, objects }: ScaleFlags): void {
  if (phase === 'alloc' && objects !== undefined) throw new UsageError('--objects is for the graphs that are marked or swept; leave it out');
  if (phase === 'alloc' && heap !== undefined) throw new UsageError(`--phase alloc makes a heap of its own; leave '${heap}' out`);
  if (verify && (phase === 'alloc' || phase === 'cycle')) throw new UsageError(`--phase ${phase} would time the oracle too; leave --verify out`);
}

/** @throws UsageError if the two would have nothing in common */
function checkComparable({ path, heap, results, ...before }: Baseline, phase: ScalePhase, name: string, counts: readonly number[]): void {
  const file = printable(path);
  if (before.phase !== phase) throw new UsageError(`${file} measured --phase ${before.phase}, not ${phase}`);
  if (heap.name !== name) throw new UsageError(`${file} measured the heap ${printable(heap.name)}, not ${printable(name)}`);
  const measured = results.map(({ procs }) => procs);
  if (!counts.some((count) => measured.includes(count))) {
    throw new UsageError(`${file} measured other numbers of threads: --procs ${measured.join(',')}`);
  }
}
