/** `sweepgen scale`: the time of a phase by the number of threads. */
import { Option, type Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { Stopped } from '../../run/errors.ts';
import { policyFor, type MachineTuning } from '../../run/tuning.ts';
import { describeRepresented, formatHeapFacts } from '../../report/heap-facts.ts';
import { formatCsv, formatGoBench } from '../../report/scale-bench.ts';
import { compareResults, formatComparison, type Comparison } from '../../report/scale-compare.ts';
import { formatSweep } from '../../report/scale-sweep.ts';
import { describeMemoryUse } from '../../report/memory-use.ts';
import { explainLaws, formatLaws } from '../../report/laws-table.ts';
import { lawsOf } from '../../report/scaling-laws.ts';
import { describeGraph } from '../../report/scale-limits.ts';
import { describeHeap, explainScaling, formatScaleTable } from '../../report/scale-table.ts';
import { formatThreads, type ThreadFacts } from '../../report/scale-threads.ts';
import { paintHeads } from '../../report/table.ts';
import { wrap } from '../../report/wrap.ts';
import type { PredictionDocument } from '../../report/prediction-document.ts';
import { SCALE_PHASES, type Scaling } from '../../report/scaling.ts';
import type { Timeline } from '../../report/timeline.ts';
import type { Deps } from '../deps.ts';
import { Interrupted } from '../interruption.ts';
import { GRAPH_NAMES } from '../../workloads/graphs/catalog.ts';
import { HEAP_FILE_HELP, nameOf, openHeap, type HeapSource } from '../heaps.ts';
import { drawScaling, drawSweep } from '../drawing.ts';
import { examples } from '../help.ts';
import { addReport, checkReport, isRecording, wantsDocument, writeReport } from '../html-report.ts';
import { either } from '../../run/kinds.ts';
import { addMachineFlags, addTuning, addVary, tuningOf, type Vary } from '../machine-flags.ts';
import { oneOf, parseRuns } from '../options.ts';
import { paint } from '../paint.ts';
import { Progress } from '../progress.ts';
import { addModel, parseCopies, parseObjects } from '../model-flags.ts';
import { checkComparable, checkModel, checkPhase, measuredPhase, type Baseline, type ScaleFlags } from '../scale-checks.ts';
import { measureAllocation, measureScaling } from '../scaling.ts';
import type { BaselineFile } from '../prediction.ts';
import { recordsEvents } from '../timelines.ts';
import { addTrace, checkTrace, writeTrace } from '../trace-flag.ts';
import { MAX_MARK_THREADS, defaultCounts, parseThreadCounts } from '../thread-counts.ts';

/** The phases, each with its explanation. */
const PHASES = Object.entries({
  mark: '', sweep: ' (by as many threads)', cycle: ' (pause and sweep)', alloc: ' (of small objects, with no heap given)',
  stw: ' (stopping the world, with --model only)',
} satisfies Record<ScaleFlags['phase'], string>).map(([phase, meaning]) => phase + meaning);
const RUNS = 10;
const FLAGS = ['arena', 'policy', 'goarch', 'verify'] as const;
/** Most rows of the table of threads. */
const MOST_THREADS = 8;

export function declare(command: Command, deps: Deps): void {
  command
    .description('Builds one heap, collects it with each number of threads in turn, and compares the times. docs/how-to/measure-scaling.md explains the tables.')
    .argument('[heap]', `self (the heap of this process), ${GRAPH_NAMES.join(', ')}, or a heap file: ${HEAP_FILE_HELP} (default: self)`)
    .option('--phase <name>', `phase to time: ${either(PHASES)}`, oneOf<ScaleFlags['phase']>('--phase', [...SCALE_PHASES, 'stw']), 'mark')
    .option('--procs <list>', `numbers of threads, each 1 to ${MAX_MARK_THREADS}; threads beyond the core count are time-sliced (default: 1 to all cores)`, parseThreadCounts)
    .option('--runs <n>', 'collections measured with each number of threads; with --what-if, schedules predicted for each (default: 10; with --what-if: 5)', parseRuns);
  addMachineFlags(command, FLAGS);
  command
    .option('--compare <file>', 'compare with an earlier --json document, by the Mann-Whitney U test; with --model, compare prediction and measurement')
    .option('--svg <file>', 'draw time and speedup by threads to this file; with --vary and --compare a line for each');
  addReport(command);
  addTrace(command, 'what each thread does in the last collection with the largest number of threads; with --model, in virtual time');
  command
    .addOption(new Option('--json', 'print one JSON document').conflicts(['bench', 'csv']))
    .addOption(new Option('--bench', "print Go's benchmark text, for benchstat").conflicts(['json', 'csv']))
    .addOption(new Option('--csv', 'print one row a run').conflicts(['json', 'bench']))
    .option('--objects <n>', 'approximate number of objects of a graph (default: 1 to 4 million, by the graph; with --model a million)', parseObjects)
    .option('--copies <n>', 'copies of the heap, to collect a larger heap of the same shape', parseCopies, 1)
    .addHelpText('after', examples([
      ['sweepgen scale', 'the heap of sweepgen itself'],
      ['sweepgen scale tree --procs 1,2,4 --runs 20', 'a binary tree of 4 million nodes'],
      ['sweepgen scale list --objects 100000', 'a list of 100,000'],
      ['sweepgen scale wide --policy tuned', 'the same with the faster mark loop'],
      ['sweepgen scale tree --phase sweep', 'how sweeping scales'],
      ['sweepgen scale --phase alloc --procs 1,2', 'how allocation scales'],
      ['sweepgen scale wide --json > old.json', 'a baseline'],
      ['sweepgen scale wide --compare old.json', 'changes since the baseline'],
      ['sweepgen scale tree --vary workbuf=64,256,1024', 'three sizes of work buffers side by side'],
      ['sweepgen scale wide --vary mark=cas,byte', 'two ways to set a mark'],
      ['sweepgen scale app.heapsnapshot --verify', 'the heap of a Node program'],
      ['sweepgen scale app.heapdump.gz', 'the heap of a Go program'],
      ['sweepgen scale app.hprof', 'the heap of a Java program'],
      ['sweepgen scale tree --model 1..64', 'the speedup that more cores would give'],
      ['sweepgen scale tree --model 1,16 --what-if miss=0.7,cas=0.8', 'the gain from cheaper misses and CASes'],
      ['sweepgen scale tree --phase sweep --model 1..16', 'how sweeping would scale; also alloc and stw'],
      ['sweepgen scale tree --model 16 --why', 'why: the critical path, and the contended words'],
      ['sweepgen scale tree --model 16,32 --machine e5-2690x2 --pin compact', 'threads that fill one socket first'],
    ]))
    .action((heap: string | undefined, { sweep, ...flags }: ScaleFlags & { readonly sweep?: Vary }) => scale(deps, heap, { ...flags, vary: flags.vary ?? sweep }));
  addTuning(command);
  addVary(command);
  addModel(command);
}

/** Prints the tables of a measurement, and the sentences that explain them. */
export function printScaling(deps: Deps, scaling: Scaling, comparison: readonly Comparison[] = []): void {
  const { terminal } = deps;
  const { bold } = paint(terminal.outIsColored);
  const width = terminal.outWidth;
  const table = (lines: readonly string[]) => ['', ...paintHeads(lines, bold)];
  const threads = threadsToShow(scaling);
  const laws = lawsOf(scaling.results, scaling.cores);
  const lines = [
    ...table(formatScaleTable(scaling, width, terminal.outChart)),
    ...(threads.length > 1 ? table(formatThreads(threads, width)) : []),
    ...(laws.length > 0 ? table(formatLaws(laws, width)) : []),
    ...(comparison.length > 0 ? table(formatComparison(comparison, width)) : []),
    '',
    ...[...explainScaling(scaling), ...explainLaws(laws)].flatMap((sentence) => wrap(sentence, width)),
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

/** Returns the threads of the largest count that doesn't fill the screen. */
function threadsToShow({ results }: Scaling): readonly ThreadFacts[] {
  return results.findLast(({ procs }) => procs <= MOST_THREADS)?.mark?.threads ?? [];
}

async function scale(deps: Deps, heap: string | undefined, flags: ScaleFlags): Promise<void> {
  const progress = new Progress(deps.terminal);
  if (flags.vary !== undefined && flags.compare !== undefined) throw new UsageError('--vary compares with its own first value; leave --compare out');
  const tunings = tuningsOf(flags);
  for (const tuning of tunings) policyFor({ policy: flags.policy, tuning });
  if (flags.svg !== undefined) deps.checkWritable(flags.svg);
  checkReport(deps, flags);
  checkTrace(deps, flags);
  checkModel(flags);
  const baseline = flags.compare === undefined ? undefined : await readBaseline(deps, flags.compare);
  const { phase } = flags;
  checkPhase(heap, flags);
  const source = phase === 'alloc' || phase === 'stw' ? undefined : await openHeap(deps, heap ?? 'self', flags, progress, isRecording(flags) && flags.model === undefined).finally(() => progress.clear());
  if (flags.model !== undefined && phase !== 'mark' && phase !== 'cycle') {
    const { predictOther } = await import('../phase-prediction.ts');
    return predictOther(deps, phase, source, { title: titleOf(heap, flags), ...flags, model: flags.model, tuning: tunings[0], baseline: undefined }, progress);
  }
  if (source !== undefined && flags.model !== undefined) {
    if (baseline !== undefined && baseline.phase !== 'mark') throw new UsageError(`${printable(baseline.path)} measured --phase ${baseline.phase}, and --model predicts marking`);
    const { predict } = await import('../prediction.ts');
    return predict(deps, source, { title: titleOf(heap, flags), ...flags, model: flags.model, tuning: tunings[0], baseline }, progress);
  }
  const measured = measuredPhase(phase);
  const before = baseline === undefined ? undefined : measuredOnly(baseline);
  const counts = flags.procs ?? defaultCounts(deps.cores);
  if (before !== undefined) checkComparable(before, measured, source === undefined ? 'churn' : nameOf(source), counts);
  const measure = (tuning: MachineTuning, records = isRecording(flags)) => {
    const { runs = RUNS, verify = false, arena, policy, goarch } = flags;
    const options = { counts, runs, verify, arena, policy, goarch, tuning, keepsHeap: flags.vary !== undefined, recordEvents: recordsEvents(flags), records };
    return source === undefined || measured === 'alloc' ? measureAllocation(deps, options, progress) : measureScaling(deps, source, { ...options, phase: measured }, progress);
  };
  if (flags.vary !== undefined) {
    await measureEach(deps, heap, flags.vary, flags, tunings, measure);
    return;
  }
  const scaling = await measure(tunings[0]);
  if (scaling.interrupted) return endEarly(deps, heap, flags, scaling);
  const comparison = before === undefined ? undefined : compareResults(before.results, scaling.results);
  const document = await documentOf(flags, [scaling], comparison);
  if (!printFigures(deps, flags, [scaling], document)) printAll(deps, source, scaling, comparison);
  await drawScaling(deps, flags, scaling, before);
  writeTrace(deps, flags, timelinesOf([scaling]));
  await writeReport(deps, flags, titleOf(heap, flags), document, before === undefined ? [] : [before.printed]);
}

function timelinesOf(scalings: readonly Scaling[]): Timeline[] {
  return scalings.flatMap(({ timeline }) => timeline ?? []);
}

/** Returns the title of the report: the command with its heap. */
function titleOf(heap = 'self', { phase, vary }: ScaleFlags): string {
  return `scale ${phase === 'alloc' ? '--phase alloc' : printable(heap)}${vary === undefined ? '' : ` --vary ${vary.name}`}`;
}

/** Prints the heap, the facts known of it, and the measurement. */
function printAll(deps: Deps, source: HeapSource | undefined, scaling: Scaling, comparison?: readonly Comparison[]): void {
  deps.terminal.out(`${describeHeap(scaling)}\n`);
  if (source !== undefined && 'image' in source) for (const line of formatHeapFacts(source.image, deps.terminal.outWidth)) deps.terminal.out(`  ${line}\n`);
  if (scaling.heap.represented !== undefined) deps.terminal.out(`  ${describeRepresented(scaling.heap.represented)}\n`);
  if (scaling.graph !== undefined) for (const line of describeGraph(scaling.graph)) deps.terminal.out(`  ${line}\n`);
  if (scaling.memory !== undefined) for (const line of describeMemoryUse(scaling.memory)) deps.terminal.out(`  ${line}\n`);
  printScaling(deps, scaling, comparison);
}

/** Prints the part that was measured before the interruption, without drawing or comparison. @throws Interrupted */
async function endEarly(deps: Deps, heap: string | undefined, flags: ScaleFlags, scaling: Scaling): Promise<never> {
  const document = await documentOf(flags, [scaling]);
  if (!printFigures(deps, flags, [scaling], document)) {
    deps.terminal.out(`${describeHeap(scaling)}\n`);
    printScaling(deps, scaling);
  }
  await writeReport(deps, flags, titleOf(heap, flags), document);
  throw new Interrupted();
}

/** Returns the tuning of each measurement: one, or one for each value of --vary. */
function tuningsOf(flags: ScaleFlags): MachineTuning[] {
  const { vary } = flags;
  return vary === undefined ? [tuningOf(flags)] : vary.values.map((value) => ({ ...tuningOf(flags), [vary.name]: value }));
}

/** Measures with each value of --vary in turn, and prints the results side by side. */
async function measureEach(deps: Deps, heap: string | undefined, { name }: Vary, flags: ScaleFlags, tunings: readonly MachineTuning[], measure: (tuning: MachineTuning, records?: boolean) => Promise<Scaling>): Promise<void> {
  const scalings: Scaling[] = [];
  let interruption: Stopped | undefined;
  for (const tuning of tunings) {
    try {
      // The heap is the same each time.
      const scaling = await measure(tuning, scalings.length === 0 && isRecording(flags));
      if (scaling.interrupted) throw new Stopped();
      scalings.push(scaling);
    } catch (error) {
      if (!(error instanceof Stopped) || scalings.length === 0) throw error;
      interruption = error;
      break;
    }
  }
  const { terminal } = deps;
  const document = await documentOf(flags, scalings);
  if (!printFigures(deps, flags, scalings, document)) {
    const table = paintHeads(formatSweep(name, scalings, terminal.outWidth), paint(terminal.outIsColored).bold);
    terminal.out(`${[describeHeap(scalings[0]), '', ...table].join('\n')}\n`);
  }
  if (interruption === undefined) await drawSweep(deps, flags, name, scalings);
  writeTrace(deps, flags, timelinesOf(scalings));
  await writeReport(deps, flags, titleOf(heap, flags), document);
  if (interruption !== undefined) throw interruption;
}

/** Returns the document of a measurement, if it is printed or drawn. */
async function documentOf(flags: ScaleFlags, scalings: readonly Scaling[], comparison?: readonly Comparison[]): Promise<string | undefined> {
  if (!wantsDocument(flags)) return undefined;
  const { scaleDocument, sweepDocument } = await import('../../report/json.ts');
  return flags.vary === undefined ? scaleDocument(scalings[0], comparison) : sweepDocument(flags.vary.name, scalings);
}

/** Prints the figures in a form for programs, if a flag asks for one. Returns whether it did. */
function printFigures({ terminal }: Deps, flags: ScaleFlags, scalings: readonly Scaling[], document: string | undefined): boolean {
  if (flags.json) terminal.out(`${document}\n`);
  else if (flags.bench) terminal.out(`${scalings.flatMap((scaling) => formatGoBench(scaling, flags.vary?.name)).join('\n')}\n`);
  else if (flags.csv) terminal.out(`${scalings.flatMap((scaling, i) => formatCsv(scaling).slice(i === 0 ? 0 : 1)).join('\n')}\n`);
  else return false;
  return true;
}

async function readBaseline(deps: Deps, path: string): Promise<Baseline | (PredictionDocument & BaselineFile)> {
  const { readScaleDocument } = await import('../../report/read-document.ts');
  const text = deps.readText(path);
  return { path, printed: { name: path, text }, ...readScaleDocument(path, text) };
}

/** Returns the baseline as a measurement. @throws UsageError for a prediction, which has only one run */
function measuredOnly(baseline: Awaited<ReturnType<typeof readBaseline>>): Baseline {
  if (baseline.command === 'scale --model') throw new UsageError(`${printable(baseline.path)} is a prediction; measure with --json, and compare the prediction with that under --model`);
  return baseline;
}
