/**
 * The documents that --json prints. The schemas are their definition: a document is checked
 * against its own before it is printed. `schema` grows with every change that could break a
 * reader; new fields don't.
 */
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { RunResult } from '../run/api.ts';
import { GcStats } from '../gc/collect-stats.ts';
import { CYCLE_FIELDS, type CycleField } from '../gc/cycle-log.ts';
import { HEAP_NOTE_KINDS, formatNotes, type HeapNote } from '../workloads/heaps/heap-notes.ts';
import type { HeapImage } from '../workloads/heaps/image.ts';
import { speedupBound, type GraphFacts } from '../verify/graph-facts.ts';
import type { Comparison } from './scale-compare.ts';
import { describeIssue } from '../base/issue-text.ts';
import { explainLimits } from './scale-limits.ts';
import { SHARES } from './scale-threads.ts';
import { SCALE_PHASES, splitsObjects, type Scaling } from './scaling.ts';
import type { RunSetting } from './summary.ts';

/** 2: PauseNs is Go's ring of 256, not the last pauses alone. */
const RUN_SCHEMA = 2;
/** 3: a result's times are `ns`, whatever the phase, and what belongs to marks alone is in `mark`. */
const SCALE_SCHEMA = 3;
/** 2: its fields are those of a measurement. */
const PREDICTION_SCHEMA = 2;

const count = z.number().int().nonnegative();
const ns = z.number().nonnegative();
/** A time that --compare reads again: up to eleven days. */
const runNs = z.number().min(0).max(1e15);
/** Of --procs and --model, and of --runs. */
const MOST_RESULTS = 128;
const MOST_RUNS = 1000;
const text = z.string().max(10_000);

const COLLECT_STATS = Object.keys(GcStats.at).filter((name) => name !== 'instr');

/** With --godebug collectstats. */
const collectStats = z.object({ ...Object.fromEntries(COLLECT_STATS.map((name) => [name, count])), instr: z.array(count) });

const cycle = z.object({
  ...(Object.fromEntries(CYCLE_FIELDS.map((field) => [field, z.number()])) as Record<CycleField, z.ZodNumber>),
  collectStats: collectStats.optional(),
});

/** Go's runtime.MemStats. */
export const memstats = z.object({
  Alloc: count, TotalAlloc: count, Sys: count, Lookups: count, Mallocs: count, Frees: count,
  HeapAlloc: count, HeapSys: count, HeapIdle: count, HeapInuse: count, HeapReleased: count, HeapObjects: count,
  StackInuse: count, StackSys: count, MSpanInuse: count, MSpanSys: count, MCacheInuse: count, MCacheSys: count,
  BuckHashSys: count, GCSys: count, OtherSys: count,
  NextGC: count, LastGC: count, PauseTotalNs: ns, PauseNs: z.array(ns), PauseEnd: z.array(count),
  NumGC: count, EnableGC: z.boolean(), DebugGC: z.boolean(),
  BySize: z.array(z.object({ Size: count, Mallocs: count, Frees: count })),
});

const facts = z.object({
  format: z.string(),
  /** By kinds, which are others in Go than in Java: pointers that lead to objects. */
  roots: z.record(z.string(), count),
  /** Of Go. */
  goroutines: z.object({ count, frames: count, waiting: z.array(z.object({ reason: z.string(), count })) }).optional(),
  by: z.enum(['type', 'class', 'size']),
  groups: z.array(z.object({ name: z.string(), objects: count, bytes: count })),
});

/** What the reader of the file skipped or repaired, and how often. */
const notes = z.array(z.object({ kind: z.enum(HEAP_NOTE_KINDS), count: count.positive(), text }));

/** Objects that smaller blocks represent in the machine: their true bytes, the bytes of each such block, and what the blocks lack. */
const represented = z.object({ objects: count, withReferences: count, bytes: count, blockBytes: count, missingBytes: count, missingLiveBytes: count });

export const RunDocument = z.object({
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
  /** What the workload says of its run. */
  lines: z.array(z.string()),
  memstats,
  cycles: z.array(cycle),
  /** What was read with --heap, and what has become of it. */
  heap: z.object({
    name: z.string(), bytes: count, objects: count, edges: count, reachable: count, unreachable: count, freed: count, inUse: count,
    inPlace: z.boolean(),
    facts: facts.optional(),
    notes: notes.optional(),
    represented: represented.optional(),
  }).optional(),
  heapdump: z.object({ path: z.string(), objects: count, bytes: count }).optional(),
});

/** Counts are medians of a collection. */
const mark = z.object({
  handoff: z.number(), steal: z.number(), yields: z.number(), idleShare: z.number().min(0).max(1), casFailed: z.number(),
  /** Most objects marked by one thread over the mean. */
  balance: z.number(),
  /** The one that marked most first; shares of its time, which make up 1. */
  threads: z.array(z.object({ objects: z.number(), bytes: z.number(), casFailed: z.number(), shares: z.record(z.enum(SHARES), z.number()) })),
});

/** The graph that the roots hold. */
const graph = z.object({
  objects: count, pointers: count, depth: count,
  /** How many steps from the roots lead to at least this many objects, and fewer than twice as many. */
  widths: z.array(z.object({ atLeast: count, levels: count })),
  largestBytes: count, largestPointers: count, longestChain: count, inDegreeMax: count,
  /** By results: how many times as fast as one thread so many could be at most. */
  bounds: z.array(z.object({ procs: count.positive(), speedup: z.number() })),
});

export const ScaleDocument = z.object({
  schema: z.literal(SCALE_SCHEMA),
  command: z.enum(['scale', 'start']),
  phase: z.enum(SCALE_PHASES),
  heap: z.object({ name: text, objects: count, bytes: count, spans: count, facts: facts.optional(), notes: notes.optional(), represented: represented.optional() }),
  settings: z.record(text, z.union([text, z.number()])),
  graph: graph.optional(),
  cores: count.positive(),
  verified: count,
  /** The user ended it early: `results` has what was measured until then. */
  interrupted: z.boolean().optional(),
  /** What limits it, in sentences. */
  limits: z.array(z.string()),
  results: z.array(z.object({
    procs: count.positive(),
    /** Of each run, in their order. */
    ns: z.array(runNs).min(1).max(MOST_RUNS),
    medianNs: runNs,
    /** Bounds of the median; null for each that the sample is too small to give. */
    intervalNs: z.tuple([ns.nullable(), ns.nullable()]),
    objects: z.number(),
    bytes: z.number(),
    mark: mark.optional(),
  })).min(1).max(MOST_RESULTS).refine(hasEachOnce, 'each number of threads only once'),
  /** With --compare: old and new medians by threads, and the p value of the U test. */
  comparison: z.array(z.object({
    procs: count.positive(), oldNs: ns, newNs: ns, change: z.number(), p: z.number().min(0).max(1), isSignificant: z.boolean(),
    runs: z.tuple([count, count]),
  })).optional(),
});
export type ScaleDocument = z.infer<typeof ScaleDocument>;

function hasEachOnce(results: readonly { readonly procs: number }[]): boolean {
  return new Set(results.map(({ procs }) => procs)).size === results.length;
}

export function runDocument(setting: RunSetting & { readonly params: Readonly<Record<string, number>>; readonly options?: object }, result: RunResult, image?: HeapImage): string {
  const heap = image === undefined ? undefined : { name: image.name, bytes: image.bytes, facts: image.facts, notes: notesOf(image.notes), ...result.heap };
  return print(RunDocument.parse({ schema: RUN_SCHEMA, command: 'run', ...setting, ...result, heap }));
}

export function scaleDocument(scaling: Scaling, comparison?: readonly Comparison[], command: ScaleDocument['command'] = 'scale'): string {
  return print({ ...documentOf(scaling, comparison), command });
}

/** A document for each value of the setting `name`. */
export function sweepDocument(name: string, scalings: readonly Scaling[]): string {
  return print({ schema: SCALE_SCHEMA, command: 'scale --sweep', sweep: name, measurements: scalings.map((scaling) => documentOf(scaling)) });
}

function notesOf(all: readonly HeapNote[] = []): object[] | undefined {
  const texts = formatNotes(all);
  return all.length === 0 ? undefined : all.map((note, i) => ({ ...note, text: texts[i] }));
}

function documentOf(scaling: Scaling, comparison?: readonly Comparison[]): ScaleDocument {
  const { results, graph: facts, heap, ...rest } = scaling;
  return ScaleDocument.parse({
    schema: SCALE_SCHEMA,
    command: 'scale',
    ...rest,
    heap: { ...heap, notes: notesOf(heap.notes) },
    graph: facts === undefined ? undefined : { ...summarizeGraph(facts), bounds: boundsOf(scaling, facts) },
    limits: explainLimits(scaling),
    results: results.map(({ interval, ...result }) => ({
      ...result,
      intervalNs: [interval.low, interval.high].map((bound) => (Number.isFinite(bound) ? bound : null)),
    })),
    comparison,
  });
}

function summarizeGraph({ widths, ...facts }: GraphFacts): object {
  const levels = new Map<number, number>();
  for (const width of widths) {
    const atLeast = 2 ** Math.floor(Math.log2(width));
    levels.set(atLeast, (levels.get(atLeast) ?? 0) + 1);
  }
  return { ...facts, depth: widths.length, widths: [...levels].sort(([a], [b]) => a - b).map(([atLeast, n]) => ({ atLeast, levels: n })) };
}

function boundsOf({ results, settings }: Scaling, facts: GraphFacts): object[] {
  return results.map(({ procs }) => ({ procs, speedup: speedupBound(facts, procs, splitsObjects(settings)) }));
}

/** What `scale --model --json` prints: the document of a measurement as far as the two have the same to say. */
export const PredictionDocument = z.object({
  schema: z.literal(PREDICTION_SCHEMA),
  command: z.literal('scale --model'),
  phase: z.literal('mark'),
  heap: z.object({ name: text, objects: count, bytes: count }),
  settings: z.record(text, z.union([text, z.number()])),
  machine: z.object({
    name: text, about: text, cores: count.positive(),
    /** What was said of it on stderr; null if it is the machine that predicted. */
    warning: text.nullable(),
  }),
  /** The counters of the Ms were laid side by side. */
  unpadded: z.boolean(),
  interrupted: z.boolean().optional(),
  results: z.array(z.object({
    procs: count.positive(),
    /** The one prediction. */
    ns: z.array(runNs).length(1),
    medianNs: runNs,
    speedup: z.number().nonnegative(),
    objects: count,
    objectsByThread: z.array(count),
    handoff: count, steal: count, yields: count,
    /** Parts of the threads' time. */
    shares: z.record(z.string(), z.number()),
    events: z.record(z.string(), z.number()),
    stalledNs: z.record(z.string(), ns),
  })).min(1).max(MOST_RESULTS).refine(hasEachOnce, 'each number of threads only once'),
  /** With --compare. */
  comparison: z.array(z.object({ procs: count.positive(), oldNs: ns, newNs: ns, change: z.number() })).optional(),
});
export type PredictionDocument = z.infer<typeof PredictionDocument>;

/** The document of a prediction; its head is the same for all. */
export function printPrediction(fields: Omit<PredictionDocument, 'schema' | 'command' | 'phase'>): string {
  return print(PredictionDocument.parse({
    schema: PREDICTION_SCHEMA,
    command: 'scale --model',
    phase: 'mark',
    ...fields,
  }));
}

/**
 * What `sweepgen scale --json` printed before, of a measurement or of a prediction.
 * @throws UsageError for any other text; `name` is the file's
 */
export function readScaleDocument(name: string, text: string): ScaleDocument | PredictionDocument {
  const file = printable(name);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON; compare with what sweepgen scale --json has printed`);
  }
  const { schema, command, sweep } = (document ?? {}) as Record<string, unknown>;
  const isPrediction = command === 'scale --model';
  const known = isPrediction ? PREDICTION_SCHEMA : SCALE_SCHEMA;
  if ((command === 'scale' || isPrediction) && typeof schema === 'number' && schema !== known) {
    throw new UsageError(`${file} has schema ${schema}, and this version compares ${known}; ${isPrediction ? 'predict' : 'measure'} it again`);
  }
  if (sweep !== undefined) throw new UsageError(`${file} has a measurement for each value of a parameter; compare with one that was made without --vary`);
  const parsed = (isPrediction ? PredictionDocument : ScaleDocument).safeParse(document);
  if (!parsed.success) throw new UsageError(`${file} is not what sweepgen scale --json has printed: ${printable(describeIssue(parsed.error, document))}`);
  return parsed.data;
}

function print(document: object): string {
  return JSON.stringify(document, null, 2);
}
