/** The document of `scale --model --json`: the fields of a measurement that a prediction has, and its own. */
import { z } from 'zod';
import { MOST_RESULTS, hasEachOnce, represented, runNs } from './json.ts';
import { ExplanationShape, explainMark, explanationFields } from './explanation.ts';
import { LawShape, lawFields } from './laws-document.ts';
import { predictedTimeline } from './predicted-timeline.ts';
import type { PredictionComparison } from './prediction-compare.ts';
import { sharesOf, timesOf, type Prediction } from './prediction.ts';
import { lawsOf } from './scaling-laws.ts';
import { count, ns, print, strictly, text } from './schema.ts';
import { TimelineShape } from './timeline-shape.ts';
import { WhatIfShape, whatIfFields } from './what-if.ts';

/** 2: its fields are those of a measurement. */
export const PREDICTION_SCHEMA = 2;

/** PredictionDocument without its strictness, to read documents of later versions. */
export const PredictionShape = z.object({
  schema: z.literal(PREDICTION_SCHEMA),
  command: z.literal('scale --model'),
  phase: z.literal('mark'),
  heap: z.object({ name: text, objects: count, bytes: count, represented: represented.optional() }),
  settings: z.record(text, z.union([text, z.number()])),
  machine: z.object({
    name: text, about: text, cores: count.positive(),
    /** The warning on stderr; null if the prediction is for the machine that made it. */
    warning: text.nullable(),
  }),
  /** True if the Ms' counters share cache lines. */
  unpadded: z.boolean(),
  interrupted: z.boolean().optional(),
  laws: z.array(LawShape).optional(),
  results: z.array(z.object({
    procs: count.positive(),
    /** The one prediction. */
    ns: z.array(runNs).length(1),
    medianNs: runNs,
    speedup: z.number().nonnegative(),
    objects: count,
    objectsByThread: z.array(count),
    handoff: count, steal: count, yields: count,
    /** Shares of all threads' time. */
    shares: z.record(z.string(), z.number()),
    events: z.record(z.string(), z.number()),
    stalledNs: z.record(z.string(), ns),
  })).min(1).max(MOST_RESULTS).refine(hasEachOnce, 'each number of threads only once'),
  /** With --why, of the largest number of threads. */
  explanation: ExplanationShape.optional(),
  /** With --what-if, for each number of threads. */
  whatIf: z.array(WhatIfShape).optional(),
  /** With --compare. */
  comparison: z.array(z.object({ procs: count.positive(), oldNs: ns, newNs: ns, change: z.number() })).optional(),
  /** With --record, of the largest number of threads, in virtual time. */
  timeline: TimelineShape.optional(),
});
export const PredictionDocument = strictly(PredictionShape);
export type PredictionDocument = z.infer<typeof PredictionShape>;

/** Returns the document of `prediction`, as text. */
export function predictionDocument(prediction: Prediction, comparison?: readonly PredictionComparison[]): string {
  const { heap, policy, machine, warning, pin, unpadded, interrupted, results, whatIfs } = prediction;
  const explained = explainMark(heap.name, results);
  return print(PredictionDocument, {
    schema: PREDICTION_SCHEMA,
    command: 'scale --model',
    phase: 'mark',
    heap,
    settings: { policy, ...(pin === undefined ? {} : { pin }) },
    machine: { name: machine.name, about: machine.about, cores: machine.cores, warning: warning ?? null },
    unpadded,
    interrupted,
    laws: lawsOf(timesOf(prediction)).map(lawFields),
    results: results.map((result) => ({
      procs: result.procs,
      ns: [result.markNs],
      medianNs: result.markNs,
      speedup: results[0].markNs / result.markNs,
      objects: result.objectsMarked,
      objectsByThread: [...result.objectsByThread],
      handoff: result.handoff,
      steal: result.steal,
      yields: result.yields,
      shares: sharesOf(result),
      events: result.events,
      stalledNs: result.stalledNs,
    })),
    explanation: explained && explanationFields(explained),
    whatIf: whatIfs?.length ? whatIfs.map(whatIfFields) : undefined,
    comparison: comparison && [...comparison],
    timeline: predictedTimeline(heap.name, results),
  } satisfies PredictionDocument);
}
