/**
 * A round of stress as a job of a queue. The job names only the seed and the number that the round is drawn from, and
 * built-in workloads, so it runs nothing but a round that this build could draw itself.
 */
import { hostname } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import { plural } from '../base/units.ts';
import { RESULT_FIELDS, hashOf, jobFields, messageText, readJobAs, readResultAs } from '../queue/message.ts';
import type { JobKind } from '../queue/serve-jobs.ts';
import { MAX_PROCS } from '../run/machine-options.ts';
import { drawRound, type Choices } from '../run/rounds.ts';
import type { Deps } from './deps.ts';
import { COLLECTOR_FLAGS, collectorOf } from './machine-flags.ts';
import { describeError } from './errors.ts';
import { findWorkload } from './find-workload.ts';
import { MAX_ROUND_SECONDS, ROUND_ENDINGS, runRound } from './run-round.ts';

const MOST_WORKLOADS = 100;
const MOST_LINES = 100;
const MOST_LINE = 4000;

const count = z.number().int().nonnegative();

const RoundJob = z.strictObject({
  ...jobFields('round'),
  seed: count.max(2 ** 32 - 1),
  number: count.max(2 ** 32 - 1),
  workloads: z.array(z.string().max(200)).min(1).max(MOST_WORKLOADS),
  maxProcs: count.positive().max(MAX_PROCS),
  /** The collector and its options; startRuntime checks their values. */
  collector: z.partialRecord(z.enum(COLLECTOR_FLAGS), z.union([z.string().max(100), z.number(), z.boolean()])).optional(),
});
/** A round before it is made a job. */
export type RoundSpec = Omit<z.infer<typeof RoundJob>, 'format' | 'kind'>;

/** Returns the job as it is queued, and its name. */
export function roundJob(spec: RoundSpec): { readonly id: string; readonly text: string } {
  const { build, seed, number, workloads, maxProcs, collector } = spec;
  return { id: hashOf(['round', build, seed, number, workloads, maxProcs, ...(collector === undefined ? [] : [collector])]), text: messageText({ kind: 'round', ...spec }) };
}

const RoundResult = z.strictObject({
  ...RESULT_FIELDS,
  ending: z.enum([...ROUND_ENDINGS, 'failed']),
  collections: count,
  /** Why it failed, in the lines that `run` would print. */
  failure: z.strictObject({ code: z.string().max(200), lines: z.array(z.string().max(MOST_LINE)).min(1).max(MOST_LINES), exitCode: count.positive().max(255) }).nullable(),
}).refine(({ ending, failure }) => (ending === 'failed') === (failure !== null), 'a failed round needs its failure, and no other has one');
export type RoundResult = z.infer<typeof RoundResult>;

/** @throws UsageError if it is none */
export function readRoundResult(text: string): RoundResult {
  return readResultAs(RoundResult, text);
}

/** Returns the kind of jobs that are rounds, which run in this process. A signal to the process does not cut them short. */
export function roundKind(deps: Deps, build: string): JobKind {
  const uncut: Deps = { ...deps, signal: new AbortController().signal };
  return {
    kind: 'round',
    async run(text) {
      const { seed, number, workloads, maxProcs, collector } = readJobAs(RoundJob, text, build);
      const choices: Choices = { maxProcs, collector: collector === undefined ? undefined : collectorOf(collector), workloads: await Promise.all(workloads.map((name) => builtIn(deps, name))) };
      const round = drawRound(seed, number, choices);
      let collections = 0;
      const { ending, failure } = await runRound(uncut, round, { ms: MAX_ROUND_SECONDS * 1000, onCycle: () => collections++ }).then(
        (ended) => ({ ending: ended.ending, failure: null }),
        (error: unknown) => ({ ending: 'failed', failure: failureOf(error) }) as const,
      );
      const result = { host: hostname(), ending, collections, failure } satisfies Omit<RoundResult, 'format'>;
      return { result: messageText(result), told: `${round.workload}, ${plural(collections, 'verified collection')}` };
    },
  };
}

async function builtIn(deps: Deps, name: string): Promise<Choices['workloads'][number]> {
  const isBuiltIn = (await deps.listWorkloads()).some((each) => each.name === name);
  if (!isBuiltIn) throw new UsageError('a round names a workload that is not built in');
  return { spec: name, workload: await findWorkload(deps, name) };
}

function failureOf(error: unknown): NonNullable<RoundResult['failure']> {
  const { code, lines, exitCode } = describeError(error);
  return { code: code.slice(0, 200), lines: lines.slice(0, MOST_LINES).map((line) => line.slice(0, MOST_LINE)), exitCode };
}
