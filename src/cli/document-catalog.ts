/** The schemas of all JSON documents. docs/json.md lists them; tests check each document that a command prints. */
import { z } from 'zod';
import { CompareDocument } from '../report/compare-document.ts';
import { RunDocument, ScaleDocument, SweepDocument } from '../report/json.ts';
import { PhasePredictionDocument } from '../report/phase-document.ts';
import { PredictionDocument } from '../report/prediction-document.ts';
import { count, strictly } from '../report/schema.ts';
import { CalibrateDocument } from './calibrate-document.ts';
import { CampaignMergeDocument } from './campaign-merge-document.ts';
import { CampaignStatusDocument } from './campaign-status-document.ts';
import { CampaignVerifyDocument } from './campaign-verify-document.ts';
import { CatalogDocument } from './catalog-document.ts';
import { ExploreDocument } from './explore-document.ts';
import { FuzzDocument } from './fuzz-document.ts';
import { HeapDocument } from './heap-document.ts';
import { LitmusDocument } from './litmus-document.ts';
import { MutantsDocument } from './mutants-document.ts';
import { ReplayDocument } from './replay-document.ts';
import { SequenceDocument } from './sequence-document.ts';
import { StressDocument } from './stress-document.ts';

export interface DocumentEntry {
  readonly name: string;
  readonly schema: z.ZodObject;
  /** The file that declares it. */
  readonly source: string;
  /** The row of docs/json.md. */
  readonly about: string;
}

export const DOCUMENTS: readonly DocumentEntry[] = [
  { name: 'RunDocument', schema: RunDocument, source: 'src/report/json.ts', about: 'MemStats, collections, the lines of the workload, the loaded heap' },
  { name: 'CompareDocument', schema: CompareDocument, source: 'src/report/compare-document.ts', about: 'by workload and collector: pauses, minimum mutator utilization, run times, heap; `interrupted` after Ctrl-C' },
  { name: 'ScaleDocument', schema: ScaleDocument, source: 'src/report/json.ts', about: 'times by threads, limits, comparison; `interrupted` after Ctrl-C' },
  { name: 'SweepDocument', schema: SweepDocument, source: 'src/report/json.ts', about: '`measurements`: a `scale` document for each value' },
  { name: 'PredictionDocument', schema: PredictionDocument, source: 'src/report/prediction-document.ts', about: 'predicted times by threads in the fields of a `scale` document, the machine, comparison; `interrupted` after Ctrl-C' },
  { name: 'PhasePredictionDocument', schema: PhasePredictionDocument, source: 'src/report/phase-document.ts', about: 'predicted times of sweeping, allocation or stopping the world by threads, the machine; `interrupted` after Ctrl-C' },
  { name: 'HeapDocument', schema: HeapDocument, source: 'src/cli/heap-document.ts', about: 'groups of objects, the largest retainers, paths from the roots' },
  { name: 'CalibrateDocument', schema: CalibrateDocument, source: 'src/cli/calibrate-document.ts', about: 'the measured machine, and its file' },
  { name: 'StressDocument', schema: StressDocument, source: 'src/cli/stress-document.ts', about: 'rounds, verified collections, the round that failed' },
  { name: 'ExploreDocument', schema: ExploreDocument, source: 'src/cli/explore-document.ts', about: 'executions, coverage, the failure; with `--record`, an execution access by access' },
  { name: 'CatalogDocument', schema: CatalogDocument, source: 'src/cli/catalog-document.ts', about: 'scenarios, canaries, strategies, monitors, mutants' },
  { name: 'FuzzDocument', schema: FuzzDocument, source: 'src/cli/fuzz-document.ts', about: 'executions by scenario, edges, failures, the reason for the end; with `--record`, failures access by access' },
  { name: 'CampaignStatusDocument', schema: CampaignStatusDocument, source: 'src/cli/campaign-status-document.ts', about: 'of a log: whether the campaign runs, executions by scenario, edges, failures with their state, hosts' },
  { name: 'CampaignMergeDocument', schema: CampaignMergeDocument, source: 'src/cli/campaign-merge-document.ts', about: 'slices and executions taken from each log, and those left out' },
  { name: 'CampaignVerifyDocument', schema: CampaignVerifyDocument, source: 'src/cli/campaign-verify-document.ts', about: 'each failure of a log, run again: it fails, is fixed, or has diverged' },
  { name: 'ReplayDocument', schema: ReplayDocument, source: 'src/cli/replay-document.ts', about: 'the recorded and the new outcome, the accesses that matter; with `--record`, all of them' },
  { name: 'MutantsDocument', schema: MutantsDocument, source: 'src/cli/mutants-document.ts', about: 'each mutant with its searches; with `--record`, failures access by access' },
  { name: 'LitmusDocument', schema: LitmusDocument, source: 'src/cli/litmus-document.ts', about: 'litmus tests: results allowed by the axioms, reached by exploration, seen on threads; `disagreements`' },
  { name: 'SequenceDocument', schema: SequenceDocument, source: 'src/cli/sequence-document.ts', about: 'the printed lines and MemStats' },
];

/** The document of an error with --json, on stderr; see errors.ts. */
export const ErrorDocument = strictly(z.object({
  schema: z.literal(1),
  command: z.string().nullable(),
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.array(z.string()),
    exitCode: count.positive(),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  }),
}));

/** Returns the values of `command` that the document may have. */
export function commandsOf({ schema }: DocumentEntry): string[] {
  const { command } = schema.shape;
  if (command instanceof z.ZodEnum) return command.options.map(String);
  return command instanceof z.ZodLiteral ? [...command.values].map(String) : [];
}

/** Returns the number of the document's schema. */
export function versionOf({ schema }: DocumentEntry): number {
  return z.object({ value: z.number() }).parse(schema.shape.schema).value;
}
