/**
 * Jobs and results as they travel through a queue: JSON of bounded length and a known form. Other programs may write to
 * the queue, so everything that comes from it is checked like a file.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UsageError } from '../base/fatal.ts';
import { describeIssue } from '../base/issue-text.ts';
import { printable } from '../base/printable.ts';

const FORMAT = 2;
/** Characters of a job, and of a result. */
const MOST_JOB = 1 << 16;
export const MOST_RESULT = 1 << 24;
const MOST_NAME = 200;

/** Returns the fields with which each job of a kind begins. */
export function jobFields<Kind extends string>(kind: Kind) {
  return {
    format: z.literal(FORMAT),
    kind: z.literal(kind),
    /** Hash of the code that runs it; see build-hash.ts. */
    build: z.string().max(MOST_NAME),
  };
}

/** Fields with which each result begins. */
export const RESULT_FIELDS = {
  format: z.literal(FORMAT),
  /** The machine that ran the job. */
  host: z.string().max(255),
};

const AnyJob = z.looseObject({ format: z.literal(FORMAT), kind: z.string().max(MOST_NAME), build: z.string().max(MOST_NAME) });

/** Returns a job or a result as it is queued. */
export function messageText(content: object): string {
  return JSON.stringify({ format: FORMAT, ...content });
}

/** Returns the name of a job: a hash of everything that determines its result. */
export function hashOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify([FORMAT, ...parts])).digest('hex').slice(0, 32);
}

/**
 * Returns the kind of a job from a queue. There may be no such kind.
 * @throws UsageError if it is no job, or not one for this build
 */
export function kindOf(text: unknown, build: string): string {
  const job = parse(AnyJob, jobOf(text), 'job');
  if (job.build !== build) throw new UsageError(`the job is of build ${printable(job.build, 40)}, and this is build ${build}; run workers and coordinator from the same version`);
  return job.kind;
}

/**
 * Reads a job from a queue.
 * @param build hash of the code that would run it
 * @throws UsageError if it is none, or not one for this build: nothing of it is run then
 */
export function readJobAs<Value>(schema: z.ZodType<Value>, text: unknown, build: string): Value {
  kindOf(text, build);
  return parse(schema, jobOf(text), 'job');
}

/** Reads a result from a queue. @throws UsageError if it is none */
export function readResultAs<Value>(schema: z.ZodType<Value>, text: unknown): Value {
  if (typeof text !== 'string') throw new UsageError('the result is no text');
  if (text.length > MOST_RESULT) throw new UsageError(`a result of ${text.length} characters is refused`);
  return parse(schema, text, 'result');
}

function jobOf(text: unknown): string {
  if (typeof text !== 'string') throw new UsageError('the job is no text');
  if (text.length > MOST_JOB) throw new UsageError(`a job of ${text.length} characters is refused: at most ${MOST_JOB} are read`);
  return text;
}

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
