/** The document of `scale --model --phase --json`. */
import { z } from 'zod';
import { SPENDINGS } from '../model/cost-log.ts';
import { OTHER_PHASES } from '../model/other-phases.ts';
import { MOST_RESULTS, hasEachOnce, runNs } from './json.ts';
import { LawShape, lawFields } from './laws-document.ts';
import { lawsOfPhase, type PhasePrediction } from './phase-prediction.ts';
import { count, ns, print, strictly, text } from './schema.ts';
import { WhatIfShape, whatIfFields } from './what-if.ts';

export const PhasePredictionDocument = strictly(z.object({
  schema: z.literal(1),
  command: z.literal('scale --model --phase'),
  phase: z.enum(OTHER_PHASES),
  heap: z.object({ name: text, objects: count, bytes: count }).optional(),
  machine: z.object({ name: text, about: text, cores: count.positive(), warning: text.nullable() }),
  interrupted: z.boolean().optional(),
  laws: z.array(LawShape).optional(),
  results: z.array(z.object({
    procs: count.positive(),
    /** The one prediction; of stw the mean of several stops. */
    ns: z.array(runNs).length(1),
    medianNs: runNs,
    /** Of stw. */
    startNs: ns.optional(),
    objects: count, bytes: count,
    /** What the time of all threads was spent on. */
    spentNs: z.object(Object.fromEntries(SPENDINGS.map((name) => [name, ns]))),
  })).min(1).max(MOST_RESULTS).refine(hasEachOnce, 'each number of threads only once'),
  /** With --what-if, for each number of threads. */
  whatIf: z.array(WhatIfShape).optional(),
}));

/** Returns the document of `prediction`, as text. */
export function phaseDocument(prediction: PhasePrediction): string {
  const { phase, heap, machine: { name, about, cores }, warning = null, interrupted, results, whatIfs } = prediction;
  return print(PhasePredictionDocument, {
    schema: 1,
    command: 'scale --model --phase',
    phase,
    heap,
    machine: { name, about, cores, warning },
    interrupted,
    laws: lawsOfPhase(prediction).map(lawFields),
    results: results.map(({ procs, ns: lasts, startNs, objects, bytes, spent }) => ({ procs, ns: [lasts], medianNs: lasts, startNs, objects, bytes, spentNs: spent })),
    whatIf: whatIfs.length > 0 ? whatIfs.map(whatIfFields) : undefined,
  });
}
