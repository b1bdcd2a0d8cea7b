/** The document that `compare --json` prints; see json.ts. */
import { z } from 'zod';
import { collectorFigures, type CollectorFigures, type MeasuredRun } from './collector-figures.ts';
import { count, ns, print, strictly, text } from './schema.ts';

const SCHEMA = 1;

const share = z.number().min(0).max(1);
const utilization = z.array(z.object({ windowNs: ns, share }));

/** The figures of CollectorFigures. */
const figures = z.object({
  /** The time of each run, in order. */
  elapsedNs: z.array(ns),
  medianNs: ns,
  /** Objects that a run allocates. */
  objects: count,
  /** Collections of all runs. */
  collections: count,
  /** Times for which the world was stopped, over all runs; a collection may stop it twice. */
  pauses: z.object({ count, medianNs: ns, p95Ns: ns, p99Ns: ns, longestNs: ns }),
  /** This share of the pauses is at most so long. */
  distribution: z.array(z.object({ share, ns })),
  /** Minimum mutator utilization, the least of the runs: of all windows of a length, the least share of the Ps' time that the program had. */
  utilization,
  curve: utilization,
  /** Time of all Ps, over all runs, and the share that the collector took; idle workers take nothing. */
  cpu: z.object({ stoppedNs: ns, assistNs: ns, backgroundNs: ns, idleNs: ns, share }),
  /** The most bytes allocated when a world was stopped, and the largest goal; 0 if the collector keeps none. */
  heap: z.object({ peakBytes: count, goalBytes: count }),
  /** Bytes allocated over the last run. */
  heapOverTime: z.array(z.object({ atNs: ns, bytes: count })),
});

export const CompareDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('compare'),
  procs: count.positive(),
  gogc: z.union([count, z.literal('off')]),
  seed: count,
  cores: count.positive(),
  /** True if the user ended it early. `workloads` has what was measured until then. */
  interrupted: z.boolean(),
  workloads: z.array(z.object({
    name: text,
    params: z.record(z.string(), z.number()),
    /** In the order of --collectors. */
    collectors: z.array(figures.extend({
      /** As --collectors names it. */
      collector: text,
      /** Machine options of this collector alone. */
      options: z.record(z.string(), z.unknown()),
    })),
  })),
}));
export type CompareDocument = z.infer<typeof CompareDocument>;

/** A collector with its runs of one workload. */
export interface MeasuredCollector {
  readonly collector: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly runs: readonly MeasuredRun[];
}

export interface MeasuredWorkload {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly collectors: readonly MeasuredCollector[];
}

/** The settings of a comparison. */
export type CompareSetting = Pick<CompareDocument, 'procs' | 'gogc' | 'seed' | 'cores' | 'interrupted'>;

/** A collector with its figures. */
export type ComparedCollector = CollectorFigures & { readonly collector: string; readonly options: Readonly<Record<string, unknown>> };

export interface ComparedWorkload {
  readonly name: string;
  readonly params: Readonly<Record<string, number>>;
  readonly collectors: readonly ComparedCollector[];
}

/** Returns the figures of what was measured with `procs` Ps. A collector without a run is left out. */
export function comparedOf(workloads: readonly MeasuredWorkload[], procs: number): ComparedWorkload[] {
  return workloads.map(({ name, params, collectors }) => ({
    name, params,
    collectors: collectors.filter(({ runs }) => runs.length > 0).map(({ collector, options, runs }) => ({ collector, options, ...collectorFigures(runs, procs) })),
  }));
}

/** Returns the document of a comparison. */
export function compareDocument(setting: CompareSetting, workloads: readonly ComparedWorkload[]): string {
  return print(CompareDocument, { schema: SCHEMA, command: 'compare', ...setting, workloads });
}
