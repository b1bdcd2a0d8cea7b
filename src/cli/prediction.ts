/** `scale --model`: predicts mark times by a machine model. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { policyFor, type MachineTuning, type Policy } from '../run/tuning.ts';
import { describeRepresented } from '../report/heap-facts.ts';
import { Stopped } from '../run/errors.ts';
import { canPin, type Pin } from '../model/placement.ts';
import type { Predicted, PredictOptions } from '../model/predict.ts';
import type { ModelHeapOptions } from '../model/heap.ts';
import { describeMachineOf, describePrediction, explainPrediction, formatPrediction, timesOf, type Prediction } from '../report/prediction.ts';
import { predictionDocument } from '../report/prediction-document.ts';
import { comparePrediction, formatPredictionComparison, type PredictionBaseline } from '../report/prediction-compare.ts';
import { explainMark, explainPath, formatContention, formatPath } from '../report/explanation.ts';
import { explainLaws, formatLaws } from '../report/laws-table.ts';
import { lawsOf } from '../report/scaling-laws.ts';
import { predictedTimeline } from '../report/predicted-timeline.ts';
import { paintHeads } from '../report/table.ts';
import type { Timeline } from '../report/timeline.ts';
import { formatCount, plural } from '../base/units.ts';
import { explainWhatIf, formatWhatIf, type WhatIf } from '../report/what-if.ts';
import type { Change } from '../model/what-if.ts';
import { wrap } from '../report/wrap.ts';
import type { PrintedDocument } from '../report/html.ts';
import type { Deps } from './deps.ts';
import { isRecording, wantsDocument, writeReport, type ReportFlags } from './html-report.ts';
import { writeTrace, type TraceFlags } from './trace-flag.ts';
import { withOption } from './command-line.ts';
import { graphParams, nameOf, type HeapSource } from './heaps.ts';
import { Interrupted } from './interruption.ts';
import { openMachine, type OpenedMachine } from './machine-file.ts';
import { drawPrediction, type Earlier } from './drawing.ts';
import type { MachineOptions } from '../run/machine-options.ts';
import { paint } from './paint.ts';
import type { Progress } from './progress.ts';

/** The file of a document to compare with. */
export interface BaselineFile {
  readonly path: string;
  /** The document as it is, for the report. */
  readonly printed: PrintedDocument;
}

export interface PredictFlags extends ReportFlags, TraceFlags {
  /** The title of the report. */
  readonly title: string;
  readonly model: readonly number[];
  readonly machine?: string;
  readonly pin?: Pin;
  readonly unpadded?: boolean;
  readonly policy?: Policy;
  readonly tuning?: MachineTuning;
  readonly goarch: NonNullable<MachineOptions['goarch']>;
  readonly arena?: number;
  /** Parts of the cost to change. */
  readonly whatIf?: readonly Change[];
  /** Whether to explain the prediction with the largest number of threads. */
  readonly why?: boolean;
  /** Predictions for each of the questions. */
  readonly runs?: number;
  /** The file to draw to. */
  readonly svg?: string;
  /** The document to compare with. */
  readonly baseline?: PredictionBaseline & BaselineFile & Earlier;
}

/** Default number of predictions for each question of --what-if: enough for the U test. */
export const SCHEDULES = 5;
/** Default number of objects of a graph: a quarter of the largest, for speed. */
const OBJECTS = 1_000_000;
/** Predicts and prints the result. If it is interrupted, prints the predictions made so far. @throws Interrupted */
export async function predict(deps: Deps, source: HeapSource, flags: PredictFlags, progress: Progress): Promise<void> {
  const { terminal } = deps;
  const opened = openMachine(deps.env, flags.machine);
  if (flags.pin !== undefined && !canPin(opened.machine)) throw new UsageError(`${printable(opened.machine.name)} has one socket, on which --pin makes no difference; leave it out`);
  if (opened.warning !== undefined) terminal.err(`${opened.warning}\n`);
  const prediction = await predictScaling(deps, source, flags, opened, progress).finally(() => progress.clear());
  const { baseline } = flags;
  const comparison = baseline === undefined ? undefined : comparePrediction(baseline, prediction);
  const document = wantsDocument(flags) ? predictionDocument(prediction, comparison) : undefined;
  if (flags.json) terminal.out(`${document}\n`);
  else printPrediction(deps, prediction, comparison === undefined ? [] : formatPredictionComparison(baseline!, comparison, terminal.outWidth));
  if (!prediction.interrupted) await drawPrediction(deps, flags, prediction, baseline);
  if (!prediction.interrupted) writeTrace(deps, flags, timelinesOf(prediction, baseline));
  await writeReport(deps, flags, `${flags.title} --model`, document, baseline === undefined ? [] : [baseline.printed]);
  if (prediction.interrupted) {
    const done = flags.whatIf === undefined ? prediction.results : prediction.whatIfs ?? [];
    throw new Interrupted((args) => withOption(args, '--model', flags.model.slice(done.length).join(',')));
  }
}

/** Returns the timeline of the prediction and, to lay beside it, that of the document it is compared with. */
function timelinesOf({ heap, results }: Prediction, baseline: PredictionBaseline | undefined): Timeline[] {
  return [predictedTimeline(heap.name, results), baseline?.timeline].filter((each) => each !== undefined);
}

function printPrediction({ terminal }: Deps, prediction: Prediction, comparison: readonly string[]): void {
  const { bold } = paint(terminal.outIsColored);
  const width = terminal.outWidth;
  const table = (rows: readonly string[]) => ['', ...paintHeads(rows, bold)];
  const laws = lawsOf(timesOf(prediction));
  const { whatIfs = [], results, heap } = prediction;
  const explained = explainMark(heap.name, results);
  const lines = [
    describePrediction(prediction),
    ...(heap.represented === undefined ? [] : [`  ${describeRepresented(heap.represented)}`]),
    ...wrap(describeMachineOf(prediction), width === undefined ? width : width - 2).map((line) => `  ${line}`),
    ...table(formatPrediction(prediction, width, terminal.outChart)),
    ...(laws.length > 0 ? table(formatLaws(laws, width)) : []),
    ...(explained === undefined ? [] : [...table(formatPath(explained, width)), ...table(formatContention(explained, width))]),
    ...(whatIfs.length > 0 ? table(formatWhatIf(whatIfs, width)) : []),
    ...(comparison.length > 0 ? table(comparison) : []),
    '',
    ...[...explainPrediction(prediction), ...explainLaws(laws), ...(explained === undefined ? [] : explainPath(explained)), ...(whatIfs.length > 0 ? explainWhatIf(whatIfs) : [])].flatMap((sentence) => wrap(sentence, width)),
  ];
  terminal.out(`${lines.join('\n')}\n`);
}

async function predictScaling(deps: Deps, source: HeapSource, flags: PredictFlags, { machine, warning }: OpenedMachine, progress: Progress): Promise<Prediction> {
  const { buildModelHeap } = await import('../model/heap.ts');
  const { loadModelCore, loadModelSites } = await import('../model/load.ts');
  const { predictMark } = await import('../model/predict.ts');
  const { pin, unpadded = false } = flags;
  const policy = policyFor(flags);
  progress.show('building the heap');
  const heap = await buildModelHeap(heapOptions(source, flags));
  const about = { heap: { name: nameOf(source), objects: heap.objects, bytes: heap.bytes, represented: heap.represented }, policy, machine, warning, pin, unpadded };
  // Refuse a document of another heap before the work.
  if (flags.baseline !== undefined) comparePrediction(flags.baseline, { heap: about.heap, results: [] });
  const options = { core: await loadModelCore(), machine, heap, pin, unpadded, isStopped: deps.isInterrupted };
  const timeOf = (changed: PredictOptions, procs: number) => predictMark(changed, procs).markNs;
  // Refuse unknown parts before the work begins.
  const answer = flags.whatIf === undefined ? undefined : (await import('./what-if.ts')).prepareWhatIf(flags.whatIf, options, timeOf, flags.runs ?? SCHEDULES, progress);
  const recorded = isRecording(flags) || flags.trace !== undefined ? Math.max(...flags.model) : 0;
  const explained = flags.why ? Math.max(...flags.model) : 0;
  const sites = flags.why ? loadModelSites() : undefined;
  const results: Predicted[] = [];
  const whatIfs: WhatIf[] = [];
  try {
    for (const procs of flags.model) {
      progress.show(`marking ${formatCount(heap.objects)} objects with ${plural(procs, 'thread')}`);
      results.push(predictMark({ ...options, records: procs === recorded, explains: procs === explained ? sites : undefined }, procs));
    }
    if (answer !== undefined) for (const procs of flags.model) whatIfs.push(answer(procs));
  } catch (error) {
    if (!(error instanceof Stopped) || results.length === 0) throw error;
    return { ...about, results, whatIfs, interrupted: true };
  }
  return { ...about, results, whatIfs };
}

/** Returns the options of the heap that is marked or swept. @throws UsageError for flags that a prediction can't use */
export function heapOptions(source: HeapSource, flags: PredictFlags): ModelHeapOptions {
  const { tuning, goarch, arena, model } = flags;
  if (tuning?.code !== undefined) throw new UsageError('--code is for measurements, and a prediction runs the source itself; leave --code out');
  const of = 'image' in source ? { workload: 'collect', image: source.image } : { workload: source.graph, params: graphParams(source.graph, source.objects ?? OBJECTS) };
  return { ...of, policy: policyFor(flags), tuning, goarch, arena, procs: Math.max(...model) };
}
