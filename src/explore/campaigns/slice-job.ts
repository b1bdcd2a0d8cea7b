/**
 * A slice as a job of a queue: the same seeds at the same station on the same build give the same result, on any
 * machine and however often it runs. It names only what this build has itself.
 */
import { endianness, hostname } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { plural } from '../../base/units.ts';
import { MOST_RESULT, RESULT_FIELDS, hashOf, jobFields, messageText, readJobAs, readResultAs } from '../../queue/message.ts';
import type { JobKind } from '../../queue/serve-jobs.ts';
import { EDGES } from '../../rewrite/edges/catalog.ts';
import { checkFailure } from './check-failure.ts';
import { findMutant, findScenario } from '../find.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { knobsOf } from '../scenarios/scenario.ts';
import { SEEDS } from '../session.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import { LoggedFailure } from './log.ts';
import { MEMORIES } from '../weak/memory.ts';
import type { ExplorePool } from './pool.ts';
import { stationKey, type Failure, type SliceResult, type Station } from './slice.ts';

/** Most executions of a slice, whose hashes are part of the result. */
export const MOST_EXECUTIONS = 200_000;
/** Most seconds of a slice. Slices take five, on a machine as fast as the others. */
const MOST_SECONDS = 600;
/** Kinds of failures in a result, and characters of a kind's key. */
const MOST_KINDS = 1000;
const MOST_KEY = 1000;

const count = z.number().int().nonnegative();
const name = z.string().max(200);

const SliceJob = z.strictObject({
  ...jobFields('slice'),
  station: z.strictObject({ scenario: name, knobs: z.record(name, z.number().int()), strategy: name, monitors: z.array(name).max(MONITOR_NAMES.length), mutant: name.nullable(), memory: z.enum(MEMORIES).optional() }),
  seed: count.max(SEEDS - 1),
  executions: z.number().int().positive().max(MOST_EXECUTIONS),
  keepGoing: z.boolean(),
  /** Shrinks and explains the failure; then `executions` is 1. */
  shrink: z.boolean(),
});
export type SliceJob = z.infer<typeof SliceJob>;
/** A slice that can become a job. */
export type SliceSpec = Omit<SliceJob, 'format' | 'kind'>;

/** Returns the job's name: a hash of everything that determines its result. */
export function jobId({ build, station, seed, executions, keepGoing, shrink }: SliceSpec): string {
  return hashOf(['slice', build, stationKey(station as unknown as Station), seed, executions, keepGoing, shrink]);
}

/** Returns the job as it is queued. */
export function jobText(job: SliceSpec): string {
  return messageText({ kind: 'slice', ...job });
}

/**
 * Reads a job from a queue.
 * @param build hash of the code that would run it
 * @throws UsageError if it is none, or not one for this build: nothing of it is run then
 */
export function readJob(text: unknown, build: string): SliceJob {
  const job = readJobAs(SliceJob, text, build);
  if (job.shrink && job.executions !== 1) throw new UsageError(`a job shrinks one execution, not ${job.executions}`);
  const { station } = job;
  const scenario = findScenario(station.scenario);
  for (const [knob, value] of Object.entries(station.knobs)) {
    if (!scenario.knobs.some((each) => each.name === knob && each.values.includes(value))) throw new UsageError(`scenario ${scenario.name} has no setting ${printable(knob)}=${value}`);
  }
  if (station.mutant !== null) findMutant(station.mutant);
  makeStrategy(station.strategy);
  const unknown = station.monitors.find((each) => !MONITOR_NAMES.includes(each));
  if (unknown !== undefined) throw new UsageError(`there is no monitor '${printable(unknown)}'`);
  return { ...job, station: { ...station, knobs: knobsOf(scenario, station.knobs) } };
}

/** The lists of numbers that a result has, as base64 of little-endian words. */
const words = z.string().max(MOST_RESULT).refine(isBase64, 'no base64');

/** Decoding skips characters that are not base64, so bytes are missing then. This check is ten times as fast as a regular expression. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').length === Buffer.byteLength(text, 'base64');
}

const JobResult = z.strictObject({
  ...RESULT_FIELDS,
  executions: count.max(MOST_EXECUTIONS),
  steps: count,
  switches: count,
  seconds: z.number().nonnegative(),
  hashes: words,
  edges: words,
  exhausted: z.boolean(),
  covered: z.string().max(1000),
  progress: z.object({ estimate: z.number().nonnegative(), done: z.number().min(0).max(1) }).optional(),
  failures: z.array(LoggedFailure.omit({ type: true })).max(MOST_KINDS),
  seen: z.record(z.string().max(MOST_KEY), count).refine((seen) => Object.keys(seen).length <= MOST_KINDS, 'too many kinds of failures'),
});

/** The result of a slice, with the machine that ran it. */
export interface HostedResult {
  readonly host: string;
  readonly result: SliceResult;
}

/** Returns a result as it is queued. */
export function resultText(host: string, { hashes, edges, ...result }: SliceResult): string {
  return messageText({ host, ...result, hashes: pack(hashes), edges: pack(edges) });
}

/** Reads the result of `job` from a queue. @throws UsageError if it can't be that */
export function readResult(text: unknown, job: SliceSpec): HostedResult {
  const { format: _, host, hashes, edges, failures, ...counts } = readResultAs(JobResult, text);
  const result = { ...counts, failures: failures as readonly Failure[], hashes: unpack(hashes), edges: unpack(edges) };
  if (result.executions > job.executions) throw new UsageError(`a slice of ${job.executions} executions can't have run ${result.executions}`);
  if (result.edges.length !== EDGES.length && result.edges.length !== 0) throw new UsageError(`a result counts ${result.edges.length} edges, and this build has ${EDGES.length}`);
  if (result.hashes.length > result.executions) throw new UsageError('a result has more interleavings than executions');
  for (const failure of result.failures) checkSliceFailure(failure, job);
  return { host, result };
}

/** Refuses a failure that the job can't have. */
function checkSliceFailure(failure: Failure, { station, seed, executions, shrink }: SliceSpec): void {
  const { shrunk, station: place } = failure;
  // The strategy is the one that made the execution, of those that the station's strategy combines.
  if (stationKey({ ...place, strategy: '' }) !== stationKey({ ...station, strategy: '' } as unknown as Station)) throw new UsageError(`a slice of ${station.scenario} can't fail in ${printable(place.scenario, 100)}`);
  if ((failure.seed - seed + SEEDS) % SEEDS >= executions) throw new UsageError(`a slice of the ${executions} seeds from ${seed} on can't fail at seed ${failure.seed}`);
  checkFailure(failure);
  if (shrunk !== null && !shrink) throw new UsageError('a failure in the result is shrunk, which was not asked for');
}

/** Returns the kind of jobs that are slices, which run on `pool`. */
export function sliceKind(pool: ExplorePool, build: string): JobKind {
  return {
    kind: 'slice',
    async run(text) {
      const { station, seed, executions, keepGoing, shrink } = readJob(text, build);
      const result = await pool.runSlice({ station: { ...station, knobs: station.knobs as typeof station.knobs & { procs: number } }, seed, executions, seconds: MOST_SECONDS, keepGoing, shrink, known: [] });
      const isWhole = result.executions === executions || result.exhausted || (result.failures.length > 0 && !keepGoing);
      if (!isWhole) throw new UsageError(`a slice of ${executions} executions of ${station.scenario} took longer than ${MOST_SECONDS} s`);
      return { result: resultText(hostname(), result), told: `${station.scenario}, ${plural(result.executions, 'execution')}` };
    },
  };
}

const isBigEndian = endianness() === 'BE';

function pack(numbers: Uint32Array): string {
  return littleEndian(Buffer.from(numbers.slice().buffer)).toString('base64');
}

function unpack(text: string): Uint32Array {
  const bytes = Buffer.from(text, 'base64');
  const whole = bytes.subarray(0, bytes.length & ~3);
  const numbers = new Uint32Array(whole.length / 4);
  littleEndian(whole).copy(new Uint8Array(numbers.buffer));
  return numbers;
}

/** Converts words in place between this host's byte order and that of results. */
function littleEndian(words: Buffer): Buffer {
  return isBigEndian ? words.swap32() : words;
}
