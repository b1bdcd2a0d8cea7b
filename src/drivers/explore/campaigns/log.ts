/**
 * The log of a campaign: a line of JSON for each slice, each failure and each end, written as
 * they come and never changed, so that what was found outlives whatever ends the campaign. It
 * can be gone on with: `--resume` takes the seeds up where it ends.
 */
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { OutputError, UsageError } from '../../../base/fatal.ts';
import { printable } from '../../../base/printable.ts';
import { reasonOf } from '../../../base/system-error.ts';
import { writeFully } from '../../../base/write-fully.ts';
import { VERDICTS } from '../execution.ts';
import type { Ending } from './fuzz.ts';
import type { Turn } from './plan.ts';
import type { Failure, SliceResult } from './slice.ts';

/** Of the lines below; a log of another format is refused. */
const FORMAT = 1;

const count = z.number().int().nonnegative();
const names = z.array(z.string()).readonly();
const knobs = z.object({ procs: count }).catchall(z.number());

const Station = z.object({ scenario: z.string(), knobs, strategy: z.string(), monitors: names, mutant: z.string().nullable() });

/** The first line: what the campaign is about. */
const Header = z.object({
  type: z.literal('campaign'),
  format: z.literal(FORMAT),
  sweepgen: z.string(),
  seed: count,
  scenarios: z.array(z.string()).min(1).readonly(),
  /** Knobs that keep one value. */
  set: z.record(z.string(), z.number()),
  strategy: z.string(),
  monitors: names,
  /** The monitors look on in every turn. */
  always: z.boolean(),
  mutant: z.string().nullable(),
});
export type Header = z.infer<typeof Header>;

const LoggedSlice = z.object({
  type: z.literal('slice'),
  station: Station,
  lane: count,
  /** Of the first execution; each next has the next. */
  seed: count,
  executions: count,
  steps: count,
  switches: count,
  seconds: z.number().nonnegative(),
  /** Of the scenario after it, about. */
  distinct: count,
  /** Protocol edges that the scenario had not passed before. */
  edges: names,
  /** By key, how often each failure was seen. */
  seen: z.record(z.string(), count),
  exhausted: z.boolean(),
  covered: z.string(),
});
export type LoggedSlice = z.infer<typeof LoggedSlice>;

const Shrunk = z.object({
  line: z.string(),
  preemptions: count,
  steps: count,
  facts: names,
  table: z.array(z.object({ text: z.string(), kind: z.enum(['head', 'access', 'critical', 'between']) })).readonly(),
});

export const LoggedFailure = z.object({
  type: z.literal('failure'),
  key: z.string(),
  station: Station,
  seed: count,
  verdict: z.enum(VERDICTS).exclude(['ok']),
  thread: z.string(),
  facts: names,
  explanation: names,
  steps: count,
  traceHash: count,
  repeat: z.string(),
  shrunk: z.union([z.null(), z.string(), Shrunk]),
});

const Lost = z.object({ type: z.literal('lost'), station: Station, lane: count, seed: count, cause: z.string() });
const End = z.object({ type: z.literal('end'), ending: z.string(), seconds: z.number() });

const Line = z.discriminatedUnion('type', [LoggedSlice, LoggedFailure, Lost, End]);

/** What a log tells. */
export interface Logged {
  readonly header: Header;
  readonly slices: readonly LoggedSlice[];
  readonly failures: readonly Failure[];
}

export class CampaignLog {
  readonly #path: string;
  /** Why the log takes no more lines; the campaign then ends. */
  error: OutputError | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  slice({ station, lane, seed }: Turn, result: SliceResult, distinct: number, edges: readonly string[]): void {
    const { executions, steps, switches, seconds, seen, exhausted, covered } = result;
    this.#write({ type: 'slice', station, lane, seed, executions, steps, switches, seconds, distinct, edges, seen, exhausted, covered });
  }

  failure(failure: Failure): void {
    this.#write({ type: 'failure', ...failure });
  }

  /** The executions of that turn are not known. */
  lost({ station, lane, seed }: Turn, cause: string): void {
    this.#write({ type: 'lost', station, lane, seed, cause });
  }

  end(ending: Ending, seconds: number): void {
    this.#write({ type: 'end', ending, seconds });
  }

  /** A line that doesn't fit on a full disk is taken back, so that the log can be resumed. */
  #write(line: z.infer<typeof Line>): void {
    if (this.error !== undefined) return;
    try {
      appendLine(this.#path, line);
    } catch (error) {
      this.error = new OutputError(`the log ${printable(this.#path)} can't be written: ${reasonOf(error)}; what it held before is whole`);
    }
  }
}

/** Appends all of the line or nothing. */
function appendLine(path: string, line: object, flags = 'a'): void {
  const fd = openSync(path, flags);
  const length = statSync(path).size;
  try {
    writeFully(fd, `${JSON.stringify(line)}\n`);
  } catch (error) {
    if (statSync(path).isFile()) truncateSync(path, length);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Begins a log at `path`.
 * @throws UsageError if there is a file already, or none can be made
 */
export function createLog(path: string, header: Omit<Header, 'type' | 'format'>): CampaignLog {
  try {
    appendLine(path, { type: 'campaign', format: FORMAT, ...header }, 'ax');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`there is a file ${printable(path)} already; go on with that campaign with --resume, or name another file`);
    if (code === 'ENOSPC') rmSync(path, { force: true });
    throw new UsageError(`the log ${printable(path)} can't be written: ${reasonOf(error)}`);
  }
  return new CampaignLog(path);
}

/**
 * Reads the log at `path`. What a killed process left of its last line is cut off.
 * @throws UsageError if it is no log of a campaign, or broken
 */
export function resumeLog(path: string): { readonly log: CampaignLog; readonly logged: Logged } {
  if (!existsSync(path)) throw new UsageError(`there is no log ${path} to resume`);
  const text = read(path);
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [first, ...rest] = whole.split('\n').slice(0, -1);
  const header = parseHeader(path, first ?? '');
  const lines = rest.map((line, i) => parseLine(path, line, i + 2));
  if (whole.length < text.length) cut(path, Buffer.byteLength(whole));
  return {
    log: new CampaignLog(path),
    logged: {
      header,
      slices: lines.filter((line) => line.type === 'slice'),
      failures: lines.filter((line) => line.type === 'failure').map((line) => LoggedFailure.omit({ type: true }).parse(line) as Failure),
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the log ${path} can't be read: ${(error as Error).message}`);
  }
}

function parseHeader(path: string, line: string): Header {
  const value = parseJson(line) as { type?: unknown; format?: unknown } | undefined;
  if (value?.type !== 'campaign') throw new UsageError(`${path} is no log of a campaign`);
  if (value.format !== FORMAT) throw new UsageError(`${path} is a log of format ${value.format}; this sweepgen goes on with format ${FORMAT}`);
  const header = Header.safeParse(value);
  if (!header.success) throw new UsageError(`${path}:1 is broken: ${z.prettifyError(header.error)}`);
  return header.data;
}

function parseLine(path: string, text: string, number: number): z.infer<typeof Line> {
  const line = Line.safeParse(parseJson(text));
  if (!line.success) throw new UsageError(`${path}:${number} is no line of a campaign's log; cut it out to go on`);
  return line.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function cut(path: string, bytes: number): void {
  const file = openSync(path, 'r+');
  ftruncateSync(file, bytes);
  closeSync(file);
}
