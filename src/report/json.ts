/**
 * The documents that --json prints for measurements. The schemas are their definition. A document is checked
 * against its own, strictly, before it is printed. `schema` grows with every change that could break a
 * reader; a new field does not change it.
 */
import { z } from 'zod';
import type { Cycle } from '../gc/cycle-log.ts';
import type { RunResult } from '../run/api.ts';
import type { HeapRecorder } from '../run/heap-recorder.ts';
import { HEAP_NOTE_KINDS, formatNotes, type HeapNote } from '../workloads/heaps/heap-notes.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { speedupBound, type GraphFacts } from '../verify/graph-facts.ts';
import { CompositionShape, type Composition } from './composition.ts';
import { HeapMapShape, heapMapOf } from './heap-map.ts';
import { HistoryShape, historyOf } from './history.ts';
import { LawShape, lawFields } from './laws-document.ts';
import { MARK_FIGURES } from './mark-figures.ts';
import { JSON_COLUMNS } from './scale-columns.ts';
import type { Comparison } from './scale-compare.ts';
import { explainLimits } from './scale-limits.ts';
import { SHARES } from './scale-threads.ts';
import { lawsOf } from './scaling-laws.ts';
import { SCALE_PHASES, splitsObjects, type ScaleResult, type Scaling } from './scaling.ts';
import { count, cycle, memstats, ns, print, schemaOf, shapeOf, strictly, text } from './schema.ts';
import type { RunSetting } from './summary.ts';
import type { Timeline } from './timeline.ts';
import { TimelineShape } from './timeline-shape.ts';

/** 2: PauseNs is Go's ring of 256, not the last pauses alone. */
const RUN_SCHEMA = 2;
/** 3: a result's times are `ns` in every phase, and the figures of marks are in `mark`. */
export const SCALE_SCHEMA = 3;

/** A time that --compare reads again: up to eleven days. */
export const runNs = z.number().min(0).max(1e15);
/** Of --procs and --model. */
export const MOST_RESULTS = 128;
/** Of --runs. */
const MOST_RUNS = 1000;

const facts = z.object({
  format: z.string(),
  /** Pointers to objects by kind of root; Go and Java have different kinds. */
  roots: z.record(z.string(), count),
  /** Of a Go program. */
  goroutines: z.object({ count, frames: count, waiting: z.array(z.object({ reason: z.string(), count })) }).optional(),
  by: z.enum(['type', 'class', 'size']),
  groups: z.array(z.object({ name: z.string(), objects: count, bytes: count })),
});

/** Parts of the file that its reader skipped or repaired, with their counts. */
const notes = z.array(z.object({ kind: z.enum(HEAP_NOTE_KINDS), count: count.positive(), text }));

/** Objects that smaller blocks represent: their true bytes, the bytes of each block, and the bytes that the blocks lack. */
export const represented = z.object({ objects: count, withReferences: count, bytes: count, blockBytes: count, missingBytes: count, missingLiveBytes: count });

export const RunDocument = strictly(z.object({
  schema: z.literal(RUN_SCHEMA),
  command: z.literal('run'),
  workload: z.string(),
  procs: count.positive(),
  gogc: z.union([count, z.literal('off')]),
  seed: count,
  params: z.record(z.string(), z.number()),
  /** The machine options that were given or have a default on the command line, by their names in the library. */
  options: z.record(z.string(), z.unknown()).optional(),
  elapsedNs: ns,
  /** Checkpoints at which the oracle found nothing wrong; 0 without --verify. */
  verified: count,
  /** The lines that the workload prints. */
  lines: z.array(z.string()),
  memstats,
  cycles: z.array(cycle),
  /** The heap of --heap, and the fate of its objects. */
  heap: z.object({
    name: z.string(), bytes: count, objects: count, edges: count, reachable: count, unreachable: count, freed: count, inUse: count,
    inPlace: z.boolean(),
    facts: facts.optional(),
    notes: notes.optional(),
    represented: represented.optional(),
  }).optional(),
  heapdump: z.object({ path: z.string(), objects: count, bytes: count }).optional(),
  /** With --record, the end of the run. */
  timeline: TimelineShape.optional(),
  /** The heap over time, and the map of its spans, if they were recorded. */
  history: HistoryShape.optional(),
  heapMap: HeapMapShape.optional(),
  /** With --record or --html: what the heap of --heap, or that of the workload at its end, is made of. */
  composition: CompositionShape.optional(),
}));

const mark = z.object({
  ...shapeOf(MARK_FIGURES),
  /** First the thread that marked most. The shares of its time add up to 1. */
  threads: z.array(z.object({ objects: z.number(), bytes: z.number(), casFailed: z.number(), shares: z.record(z.enum(SHARES), z.number()) })),
});

/** The graph that the roots hold. */
const graph = z.object({
  objects: count, pointers: count, depth: count,
  /** The number of distances from the roots with `atLeast` objects and fewer than twice as many. */
  widths: z.array(z.object({ atLeast: count, levels: count })),
  largestBytes: count, largestPointers: count, longestChain: count, inDegreeMax: count,
  /** For each result, the largest speedup over one thread that the graph allows. */
  bounds: z.array(z.object({ procs: count.positive(), speedup: z.number() })),
});

/** Bytes in use at the end, as MemoryUse. */
const memory = z.object({ heap: ns, bitmap: ns, spans: ns, beside: ns, workBuffers: ns });

/** ScaleDocument without its strictness, to read documents of later versions. */
export const ScaleShape = z.object({
  schema: z.literal(SCALE_SCHEMA),
  command: z.enum(['scale', 'start']),
  phase: z.enum(SCALE_PHASES),
  heap: z.object({ name: text, objects: count, bytes: count, spans: count, facts: facts.optional(), notes: notes.optional(), represented: represented.optional() }),
  settings: z.record(text, z.union([text, z.number()])),
  graph: graph.optional(),
  memory: memory.optional(),
  /** With --record or --html. */
  composition: CompositionShape.optional(),
  cores: count.positive(),
  verified: count,
  /** True if the user ended the measurement early. `results` has the runs until then. */
  interrupted: z.boolean().optional(),
  /** Sentences that say what limits the speedup. */
  limits: z.array(z.string()),
  laws: z.array(LawShape).optional(),
  results: z.array(z.object({
    procs: count.positive(),
    /** The time of each run, in order. */
    ns: z.array(runNs).min(1).max(MOST_RUNS),
    medianNs: runNs,
    /** Bounds of the median. A bound is null if the sample is too small to give it. */
    intervalNs: z.tuple([ns.nullable(), ns.nullable()]),
    objects: z.number(),
    bytes: z.number(),
    mark: mark.optional(),
    ...Object.fromEntries(JSON_COLUMNS.map(([name, { unit }]) => [name, schemaOf(unit).optional()])),
  })).min(1).max(MOST_RESULTS).refine(hasEachOnce, 'each number of threads only once'),
  /** With --compare: old and new medians by threads, and the p value of the U test. */
  comparison: z.array(z.object({
    procs: count.positive(), oldNs: ns, newNs: ns, change: z.number(), p: z.number().min(0).max(1), isSignificant: z.boolean(),
    runs: z.tuple([count, count]),
  })).optional(),
  /** With --record, of the last collection with the most threads; of phase alloc, the warm-up run with as many. */
  timeline: TimelineShape.optional(),
});
export const ScaleDocument = strictly(ScaleShape);
export type ScaleDocument = z.infer<typeof ScaleShape>;

/** One measurement for each value of the setting `sweep`. */
export const SweepDocument = strictly(z.object({
  schema: z.literal(SCALE_SCHEMA),
  command: z.literal('scale --sweep'),
  sweep: z.string(),
  measurements: z.array(ScaleShape).min(1),
}));

/** Reports whether no number of threads occurs twice. */
export function hasEachOnce(results: readonly { readonly procs: number }[]): boolean {
  return new Set(results.map(({ procs }) => procs)).size === results.length;
}

/** What was recorded of a run for pictures, if anything was. */
export interface Recorded {
  readonly timeline?: Timeline;
  readonly heapRecorder?: HeapRecorder;
  readonly composition?: Composition;
}

/** Returns the document of `run`; `image` is the heap that was loaded. */
export function runDocument(
  setting: RunSetting & { readonly params: Readonly<Record<string, number>>; readonly options?: object }, result: RunResult, image?: HeapImage,
  { timeline, heapRecorder, composition }: Recorded = {},
): string {
  const { elapsedNs, verified, lines, cycles, heapdump } = result;
  return print(RunDocument, {
    schema: RUN_SCHEMA,
    command: 'run',
    ...setting,
    elapsedNs,
    verified,
    lines,
    memstats: result.memstats,
    cycles: cycles.map(withoutThreads),
    heap: image === undefined ? undefined : { name: image.name, bytes: image.bytes, facts: image.facts, notes: notesOf(image.notes), ...result.heap },
    heapdump,
    timeline,
    history: heapRecorder && historyOf(heapRecorder),
    heapMap: heapRecorder && heapMapOf(heapRecorder),
    composition,
  });
}

function withoutThreads(collection: Cycle): object {
  const { threads: _, ...fields } = collection;
  return fields;
}

/** Returns the document of `scale` or `start`. */
export function scaleDocument(scaling: Scaling, comparison?: readonly Comparison[], command: ScaleDocument['command'] = 'scale'): string {
  return print(ScaleDocument, { ...fieldsOf(scaling), comparison, command });
}

/** Returns the document of `scale --sweep`: a measurement for each value of the setting `name`. */
export function sweepDocument(name: string, scalings: readonly Scaling[]): string {
  return print(SweepDocument, { schema: SCALE_SCHEMA, command: 'scale --sweep', sweep: name, measurements: scalings.map(fieldsOf) });
}

function notesOf(all: readonly HeapNote[] = []): object[] | undefined {
  const texts = formatNotes(all);
  return all.length === 0 ? undefined : all.map((note, i) => ({ ...note, text: texts[i] }));
}

function fieldsOf(scaling: Scaling): object {
  const { phase, results, graph: facts, memory, composition, heap, settings, cores, verified, interrupted, timeline } = scaling;
  return {
    schema: SCALE_SCHEMA,
    command: 'scale',
    phase,
    heap: { ...heap, notes: notesOf(heap.notes) },
    settings,
    graph: facts === undefined ? undefined : { ...summarizeGraph(facts), bounds: boundsOf(scaling, facts) },
    memory,
    composition,
    cores,
    verified,
    interrupted,
    limits: explainLimits(scaling),
    laws: lawsOf(results, cores).map(lawFields),
    results: results.map((result) => fieldsOfResult(result, results[0])),
    timeline,
  };
}

function fieldsOfResult({ interval, ...result }: ScaleResult, first: ScaleResult): object {
  return {
    ...result,
    intervalNs: [interval.low, interval.high].map((bound) => (Number.isFinite(bound) ? bound : null)),
    ...Object.fromEntries(JSON_COLUMNS.map(([name, { value }]) => [name, value?.({ interval, ...result }, first)])),
  };
}

function summarizeGraph({ objects, pointers, widths, largestBytes, largestPointers, longestChain, inDegreeMax }: GraphFacts): object {
  const levels = new Map<number, number>();
  for (const width of widths) {
    const atLeast = 2 ** Math.floor(Math.log2(width));
    levels.set(atLeast, (levels.get(atLeast) ?? 0) + 1);
  }
  return {
    objects, pointers, depth: widths.length, largestBytes, largestPointers, longestChain, inDegreeMax,
    widths: [...levels].sort(([a], [b]) => a - b).map(([atLeast, n]) => ({ atLeast, levels: n })),
  };
}

function boundsOf({ results, settings }: Scaling, facts: GraphFacts): object[] {
  return results.map(({ procs }) => ({ procs, speedup: speedupBound(facts, procs, splitsObjects(settings)) }));
}
