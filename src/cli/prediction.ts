/** `scale --model`: predicts mark times by a machine model, where `scale` else measures. */
import { UsageError } from '../base/fatal.ts';
import { MAX_MODEL_THREADS } from '../drivers/model/heap.ts';
import { policyFor, type MachineTuning, type Policy } from '../drivers/tuning.ts';
import { describeRepresented } from '../report/heap-facts.ts';
import { describePrediction, explainPrediction, formatPrediction, type Prediction } from '../report/prediction.ts';
import { formatCount, plural } from '../report/units.ts';
import type { Deps } from './deps.ts';
import { graphParams, type HeapSource } from './heaps.ts';
import { openMachine } from './machine-file.ts';
import { integer, type Goarch } from './options.ts';
import { paint } from './paint.ts';
import type { Progress } from './progress.ts';

export interface PredictFlags {
  readonly model: readonly number[];
  readonly machine?: string;
  readonly unpadded?: boolean;
  readonly policy?: Policy;
  readonly tuning?: MachineTuning;
  readonly goarch: Goarch;
  readonly arena?: number;
  readonly json?: boolean;
}

/** A graph of more takes long; its own size is up to four times this. */
const OBJECTS = 1_000_000;
/** A range of more numbers than this keeps its ends and the powers of two between. */
const ALL = 8;

const parseThread = integer('each number in --model', 1, MAX_MODEL_THREADS);
export const parseObjects = integer('--objects', 1, 1 << 26);

/** "1,2,16" → these; "1..4" → 1 2 3 4; "1..128" → 1 2 4 8 … 128. */
export function parseModelThreads(text: string): number[] {
  const counts = text.split(',').flatMap((part) => {
    const [first, last, ...more] = part.split('..').map((end) => parseThread(end.trim()));
    if (last === undefined) return [first];
    if (more.length > 0 || last < first) throw new UsageError(`--model takes numbers of threads such as 1,2,16 or 1..128, not '${text}'`);
    const all = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    return all.length <= ALL ? all : all.filter((n) => n === first || n === last || Number.isInteger(Math.log2(n)));
  });
  return [...new Set(counts)].sort((a, b) => a - b);
}

/** Predicts and prints. */
export async function predict(deps: Deps, source: HeapSource, flags: PredictFlags, progress: Progress): Promise<void> {
  const prediction = await predictScaling(deps, source, flags, progress).finally(() => progress.clear());
  const { terminal } = deps;
  if (flags.json) {
    const { predictionDocument } = await import('../report/prediction.ts');
    terminal.out(`${predictionDocument(prediction)}\n`);
    return;
  }
  const [head, ...rows] = formatPrediction(prediction);
  const { represented } = prediction.heap;
  const lines = [describePrediction(prediction), ...(represented === undefined ? [] : [`  ${describeRepresented(represented)}`]), '', paint(terminal.outIsColored).bold(head), ...rows, '', ...explainPrediction(prediction)];
  terminal.out(`${lines.join('\n')}\n`);
}

async function predictScaling(deps: Deps, source: HeapSource, flags: PredictFlags, progress: Progress): Promise<Prediction> {
  const machine = openMachine(deps.env, flags.machine);
  const { buildModelHeap } = await import('../drivers/model/heap.ts');
  const { loadModelCore } = await import('../drivers/model/load.ts');
  const { predictMark } = await import('../drivers/model/predict.ts');
  const { tuning, goarch, arena, unpadded = false } = flags;
  const policy = policyFor(flags);
  if (tuning?.code !== undefined) throw new UsageError('--code is for measuring: a prediction goes by the source alone; leave it out');
  progress.show('building the heap');
  const of = 'image' in source ? { workload: 'collect', image: source.image } : { workload: source.graph, params: graphParams(source.graph, source.objects ?? OBJECTS) };
  const heap = await buildModelHeap({ ...of, policy, tuning, goarch, arena, procs: Math.max(...flags.model) });
  const core = await loadModelCore();
  const results = [];
  for (const procs of flags.model) {
    progress.show(`marking ${formatCount(heap.objects)} objects with ${plural(procs, 'thread')}`);
    results.push(predictMark({ core, machine, heap, unpadded }, procs));
  }
  const name = 'image' in source ? source.image.name : source.graph;
  return { heap: { name, objects: heap.objects, bytes: heap.bytes, represented: heap.represented }, policy, machine, results, unpadded };
}
