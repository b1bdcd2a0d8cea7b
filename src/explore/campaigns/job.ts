/**
 * A slice as a job of a queue: the same seeds at the same station on the same build give the same result, on any
 * machine and however often it runs. Everything here comes from a queue that others may write to: it is
 * checked like any file, and names only what this build has itself.
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { describeIssue } from '../../base/issue-text.ts';
import { printable } from '../../base/printable.ts';
import { EDGES } from '../../rewrite/edges/catalog.ts';
import { repeatCommand } from '../failure.ts';
import { findMutant, findScenario } from '../find.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { knobsOf } from '../scenarios/scenario.ts';
import { SEEDS } from '../session.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import { LoggedFailure } from './log.ts';
import { failureKey, stationKey, type Failure, type SliceResult, type Station } from './slice.ts';

/** Most executions of a slice, whose hashes are part of the result. */
export const MOST_EXECUTIONS = 200_000;
/** Characters of a job, and of a result. */
const MOST_JOB = 1 << 16;
const MOST_RESULT = 1 << 24;
/** Kinds of failures in a result, and characters of a kind's key and of a whole failure: a log holds a failure in one line. */
const MOST_KINDS = 1000;
const MOST_KEY = 1000;
const MOST_FAILURE = 1 << 21;
const FORMAT = 1;

const count = z.number().int().nonnegative();
const name = z.string().max(200);

const SliceJob = z.strictObject({
  format: z.literal(FORMAT),
  /** Hash of the code that runs it; see build-hash.ts. */
  build: name,
  station: z.strictObject({ scenario: name, knobs: z.record(name, z.number().int()), strategy: name, monitors: z.array(name).max(MONITOR_NAMES.length), mutant: name.nullable() }),
  seed: count.max(SEEDS - 1),
  executions: z.number().int().positive().max(MOST_EXECUTIONS),
  keepGoing: z.boolean(),
  /** Shrinks and explains the failure; then `executions` is 1. */
  shrink: z.boolean(),
});
export type SliceJob = z.infer<typeof SliceJob>;

/** Returns the job's name: a hash of all that it does. */
export function jobId({ build, station, seed, executions, keepGoing, shrink }: Omit<SliceJob, 'format'>): string {
  const text = JSON.stringify([FORMAT, build, stationKey(station as unknown as Station), seed, executions, keepGoing, shrink]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Returns the job as it is queued. */
export function jobText(job: Omit<SliceJob, 'format'>): string {
  return JSON.stringify({ format: FORMAT, ...job });
}

/**
 * Reads a job from a queue.
 * @param build hash of the code that would run it
 * @throws UsageError if it is none, or not one for this build: nothing of it is run then
 */
export function readJob(text: unknown, build: string): SliceJob {
  if (typeof text !== 'string') throw new UsageError('the job is no text');
  if (text.length > MOST_JOB) throw new UsageError(`a job of ${text.length} characters is refused: at most ${MOST_JOB} are read`);
  const job = parse(SliceJob, text, 'job');
  if (job.build !== build) throw new UsageError(`the job is of build ${printable(job.build, 40)}, and this is build ${build}; run workers and coordinator from the same version`);
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

/** Decoding skips characters that are not of base64: then bytes are missing. It is ten times as fast as a regular expression. */
function isBase64(text: string): boolean {
  return Buffer.from(text, 'base64').length === Buffer.byteLength(text, 'base64');
}

const JobResult = z.strictObject({
  format: z.literal(FORMAT),
  /** The machine that ran it. */
  host: z.string().max(255),
  executions: count.max(MOST_EXECUTIONS),
  steps: count,
  switches: count,
  seconds: z.number().nonnegative(),
  hashes: words,
  edges: words,
  exhausted: z.boolean(),
  covered: z.string().max(1000),
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
  return JSON.stringify({ format: FORMAT, host, ...result, hashes: pack(hashes), edges: pack(edges) });
}

/** Reads the result of `job` from a queue. @throws UsageError if it can't be that */
export function readResult(text: unknown, job: SliceJob): HostedResult {
  if (typeof text !== 'string') throw new UsageError('the result is no text');
  if (text.length > MOST_RESULT) throw new UsageError(`a result of ${text.length} characters is refused`);
  const { format: _, host, hashes, edges, failures, ...counts } = parse(JobResult, text, 'result');
  const result = { ...counts, failures: failures as readonly Failure[], hashes: unpack(hashes), edges: unpack(edges) };
  if (result.executions > job.executions) throw new UsageError(`a slice of ${job.executions} executions can't have run ${result.executions}`);
  if (result.edges.length !== EDGES.length && result.edges.length !== 0) throw new UsageError(`a result counts ${result.edges.length} edges, and this build has ${EDGES.length}`);
  if (result.hashes.length > result.executions) throw new UsageError('a result has more interleavings than executions');
  for (const failure of result.failures) checkFailure(failure, job);
  return { host, result };
}

/** Refuses a failure that the job can't have: its texts get into the log, and its commands are copied into shells. */
function checkFailure(failure: Failure, { station, seed, executions, shrink }: SliceJob): void {
  const { shrunk, station: { strategy, ...place } } = failure;
  if (JSON.stringify(failure).length > MOST_FAILURE) throw new UsageError('a failure in the result is too long');
  // The strategy is the one that made the execution, of those that the station's strategy combines.
  if (stationKey({ ...place, strategy: '' }) !== stationKey({ ...station, strategy: '' } as unknown as Station)) throw new UsageError(`a slice of ${station.scenario} can't fail in ${printable(place.scenario, 100)}`);
  makeStrategy(strategy);
  if ((failure.seed - seed + SEEDS) % SEEDS >= executions) throw new UsageError(`a slice of the ${executions} seeds from ${seed} on can't fail at seed ${failure.seed}`);
  if (failure.key !== failureKey(place.scenario, failure.verdict, failure.facts)) throw new UsageError('a failure in the result has the name of another');
  const repeat = repeatCommand({ scenario: findScenario(place.scenario), knobs: place.knobs, strategy, seed: failure.seed, monitors: place.monitors, ...(place.mutant !== null && { mutant: place.mutant }) });
  if (failure.repeat !== repeat) throw new UsageError('a failure in the result is repeated by another command');
  if (shrunk !== null && !shrink) throw new UsageError('a failure in the result is shrunk, which was not asked for');
  if (shrunk !== null && typeof shrunk !== 'string' && !LINE.test(shrunk.line)) throw new UsageError('the smallest execution in the result is no line for sweepgen replay');
}

/** An argument of `sweepgen replay`, as line.ts writes it. */
const LINE = /^v1:[A-Za-z0-9_-]*$/;

function parse<Value>(schema: z.ZodType<Value>, text: string, what: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`the ${what} is no JSON`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UsageError(`the ${what} is broken: ${printable(describeIssue(parsed.error, value), 400)}`);
  return parsed.data;
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

/** Changes words in place between this machine's order of bytes and that of a result. */
function littleEndian(words: Buffer): Buffer {
  return isBigEndian ? words.swap32() : words;
}
