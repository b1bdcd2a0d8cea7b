/** A search for a planted bug as a job of a queue: one mutant, one seed. */
import { hostname } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { RESULT_FIELDS, hashOf, jobFields, messageText, readJobAs, readResultAs } from '../../queue/message.ts';
import type { JobKind } from '../../queue/serve-jobs.ts';
import { findMutant } from '../find.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { SEEDS } from '../session.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import { checkFailure } from './check-failure.ts';
import { LoggedFailure } from './log.ts';
import type { Search } from './mutants.ts';
import type { ExplorePool } from './pool.ts';
import type { Failure } from './slice.ts';

/** Most seconds of a search. */
export const MOST_SEARCH_SECONDS = 86_400;

const count = z.number().int().nonnegative();
const name = z.string().max(200);

const SearchJob = z.strictObject({
  ...jobFields('search'),
  mutant: name,
  seed: count.max(SEEDS - 1),
  /** Time limit. */
  seconds: z.number().positive().max(MOST_SEARCH_SECONDS),
  strategy: name,
  monitors: z.array(name).max(MONITOR_NAMES.length),
  /** The monitors watch every turn. */
  always: z.boolean(),
});
/** A search that can become a job. */
export type SearchSpec = Omit<z.infer<typeof SearchJob>, 'format' | 'kind'>;

/** Returns the job as it is queued, and its name. */
export function searchJob(spec: SearchSpec): { readonly id: string; readonly text: string } {
  const { build, mutant, seed, seconds, strategy, monitors, always } = spec;
  return { id: hashOf(['search', build, mutant, seed, seconds, strategy, monitors, always]), text: messageText({ kind: 'search', ...spec }) };
}

/** @throws UsageError for what is no search, or names what this build does not have */
function readSearch(text: string, build: string): SearchSpec {
  const job = readJobAs(SearchJob, text, build);
  findMutant(job.mutant);
  makeStrategy(job.strategy);
  const unknown = job.monitors.find((each) => !MONITOR_NAMES.includes(each));
  if (unknown !== undefined) throw new UsageError(`there is no monitor '${printable(unknown)}'`);
  return job;
}

const SearchResult = z.strictObject({
  ...RESULT_FIELDS,
  executions: count,
  seconds: z.number().nonnegative(),
  failure: LoggedFailure.omit({ type: true }).nullable(),
});

/** Reads the result of a search from a queue. @throws UsageError if it can't be that */
export function readSearchResult(text: string, { mutant, seed }: Pick<SearchSpec, 'mutant' | 'seed'>): Search {
  const { executions, seconds, failure } = readResultAs(SearchResult, text);
  if (failure !== null) {
    checkFailure(failure as Failure);
    if (failure.station.mutant !== mutant) throw new UsageError(`a search for ${mutant} can't find ${printable(String(failure.station.mutant), 100)}`);
    if (!findMutant(mutant).scenarios.includes(failure.station.scenario)) throw new UsageError(`a search for ${mutant} can't fail in ${failure.station.scenario}`);
    if (failure.shrunk !== null) throw new UsageError('a failure in the result is shrunk, which was not asked for');
  }
  return { seed, executions, seconds, failure: failure as Failure | null };
}

/** Returns the kind of jobs that are searches, which run on `pool`. */
export function searchKind(pool: ExplorePool, build: string): JobKind {
  return {
    kind: 'search',
    async run(text) {
      const { mutant, seed, seconds, strategy, monitors, always } = readSearch(text, build);
      const { searches: [search] } = await pool.killMutant({ mutant, seeds: [seed], seconds, strategy, monitors, always });
      const { executions, failure } = search;
      return { result: messageText({ host: hostname(), executions, seconds: search.seconds, failure }), told: `${mutant}, ${failure === null ? 'not found' : 'found'}` };
    },
  };
}
