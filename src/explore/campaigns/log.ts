/**
 * The lines of a campaign's log: one JSON object for each slice, failure and end, appended at once and never changed.
 * write-log.ts appends them, read-log.ts reads them. A field that older logs lack is optional.
 */
import { z } from 'zod';
import { VERDICTS } from '../execution.ts';
import { SEEDS } from '../session.ts';
import { MEMORIES } from '../weak/memory.ts';

/** Format of the lines below. A log of another format is refused. */
export const FORMAT = 1;

/** The first bytes of every log. */
export const LOG_BEGIN = '{"type":"campaign",';

/** Most lanes of a station; there is one for each worker. */
const MOST_LANES = 256;
/** Characters of the name of a machine. */
const MOST_HOST = 255;

const count = z.number().int().nonnegative();
const seed = count.max(SEEDS - 1);
const lane = count.max(MOST_LANES - 1);
const names = z.array(z.string()).readonly();
const knobs = z.object({ procs: count }).catchall(z.number());

const Station = z.object({ scenario: z.string(), knobs, strategy: z.string(), monitors: names, mutant: z.string().nullable(), memory: z.enum(MEMORIES).optional() });

/** Why a campaign ended. */
export const ENDINGS = ['time', 'executions', 'failure', 'interrupted', 'worker lost', 'log lost', 'exhausted'] as const;
export type Ending = (typeof ENDINGS)[number];

/** The first line: the parameters of the campaign. */
export const Header = z.object({
  type: z.literal('campaign'),
  format: z.literal(FORMAT),
  /** Version of sweepgen. */
  sweepgen: z.string(),
  /** Hash of the build that began the campaign; see build-hash.ts. */
  build: z.string().optional(),
  seed,
  scenarios: z.array(z.string()).min(1).readonly(),
  /** Knobs with a fixed value. */
  set: z.record(z.string(), z.number()),
  strategy: z.string(),
  monitors: names,
  /** The monitors watch every turn. */
  always: z.boolean(),
  mutant: z.string().nullable(),
  /** The memory models; absent if there is only 'sc'. */
  memories: z.array(z.enum(MEMORIES)).min(1).readonly().optional(),
  /** Number of campaigns that `campaign merge` has put together. */
  merged: count.optional(),
});
export type Header = z.infer<typeof Header>;

/** The name of a slice that was offered to a queue; see slice-job.ts. */
const id = z.string().regex(/^[0-9a-f]{8,64}$/);

/** A slice that was offered to a queue, before it was. */
const Offered = z.object({ type: z.literal('offered'), id, station: Station, lane, seed, executions: count });
export type Offered = z.infer<typeof Offered>;

const LoggedSlice = z.object({
  type: z.literal('slice'),
  /** Of a slice that was offered. */
  id: id.optional(),
  station: Station,
  lane,
  /** Seed of the first execution; each next execution has the next seed. */
  seed,
  executions: count,
  steps: count,
  switches: count,
  seconds: z.number().nonnegative(),
  /** Seconds that the campaign had run when the slice ended, its earlier parts included. */
  at: z.number().nonnegative().optional(),
  /** Estimated distinct interleavings of the scenario after this slice. */
  distinct: count,
  /** Protocol edges that the scenario had not passed before. */
  edges: names,
  /** Number of times that each failure was seen, by key. */
  seen: z.record(z.string(), count),
  exhausted: z.boolean(),
  covered: z.string(),
  /** The machine that ran it, if it ran for a queue. */
  host: z.string().max(MOST_HOST).optional(),
});
export type LoggedSlice = z.infer<typeof LoggedSlice>;

/** The operations of an execution that a spec judges; moments count the accesses of all threads, from 1. */
export const HistoryShape = z.object({
  consistency: z.enum(['linearizable', 'sequential', 'quiescent']),
  operations: z.array(z.object({
    thread: z.string(),
    name: z.string(),
    arguments: z.array(z.number()).readonly(),
    begin: count,
    /** null while it is pending. */
    end: count.nullable(),
    /** What it returned, as text; null while it is pending. */
    result: z.string().nullable(),
    /** No order explains the history because of this call. */
    isBlamed: z.boolean(),
  })).readonly(),
});

const Shrunk = z.object({
  line: z.string(),
  preemptions: count,
  values: count.optional(),
  steps: count,
  facts: names,
  history: HistoryShape.optional(),
  explanation: names.default([]),
  story: names.default([]),
  table: z.array(z.object({ text: z.string(), kind: z.enum(['head', 'access', 'critical', 'between']) })).readonly(),
});

export const LoggedFailure = z.object({
  type: z.literal('failure'),
  key: z.string(),
  station: Station,
  seed,
  verdict: z.enum(VERDICTS).exclude(['ok']),
  thread: z.string(),
  facts: names,
  fault: z.enum(['core', 'scenario']).default('core'),
  history: HistoryShape.optional(),
  explanation: names,
  steps: count,
  traceHash: count,
  repeat: z.string(),
  shrunk: z.union([z.null(), z.string(), Shrunk]),
});

const Lost = z.object({ type: z.literal('lost'), id: id.optional(), station: Station, lane, seed, cause: z.string() });

/** Passes of protocol edges, by scenario and by the edge's name. */
const NamedPasses = z.record(z.string(), z.record(z.string(), count));
export type NamedPasses = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** How a failure fared when `campaign verify` ran it again: it fails still, is fixed, or the recording no longer fits the source. */
export const VERIFIED_STATES = ['fails', 'fixed', 'diverged'] as const;
export type VerifiedState = (typeof VERIFIED_STATES)[number];

/** A failure was run again. A fixed one is closed until a later line reports it again. */
const Verified = z.object({ type: z.literal('verified'), key: z.string(), state: z.enum(VERIFIED_STATES), sweepgen: z.string(), build: z.string() });
export type Verified = z.infer<typeof Verified>;

/** A part of the campaign has ended in order. */
const End = z.object({
  type: z.literal('end'),
  ending: z.enum(ENDINGS),
  /** Since this part of the campaign began. */
  seconds: z.number(),
  /** Of this part. */
  passes: NamedPasses.optional(),
});
export type End = z.infer<typeof End>;

/** Any line but the first. */
export const LogLine = z.discriminatedUnion('type', [Offered, LoggedSlice, LoggedFailure, Lost, Verified, End]);
export type LogLine = z.infer<typeof LogLine>;
