/**
 * The log of a campaign: one line of JSON for each slice, failure and end, appended at once and never
 * changed. The findings survive any end of the process. `--resume` continues the seeds where the log ends.
 */
import { closeSync, existsSync, openSync, readSync, rmSync, statSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { OutputError, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { reasonOf } from '../../base/system-error.ts';
import { writeFully } from '../../base/write-fully.ts';
import { VERDICTS } from '../execution.ts';
import type { Turn } from './plan.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { SEEDS } from '../session.ts';
import { linesOf, type FileLine } from './read-lines.ts';
import type { Failure, SliceResult } from './slice.ts';

/** Format of the lines below. A log of another format is refused. */
const FORMAT = 1;

/** The first bytes of every log. */
const LOG_BEGIN = '{"type":"campaign",';

/** Most bytes of a line. A failure with its lane table takes some tens of thousands. */
const LONGEST_LINE = 1 << 24;
/** Most lanes of a station; there is one for each worker. */
const MOST_LANES = 256;

const count = z.number().int().nonnegative();
const seed = count.max(SEEDS - 1);
const lane = count.max(MOST_LANES - 1);
const names = z.array(z.string()).readonly();
const knobs = z.object({ procs: count }).catchall(z.number());

const Station = z.object({ scenario: z.string(), knobs, strategy: z.string(), monitors: names, mutant: z.string().nullable() });

/** Why a campaign ended. */
export type Ending = 'time' | 'executions' | 'failure' | 'interrupted' | 'worker lost' | 'log lost' | 'exhausted';

/** The first line: the parameters of the campaign. */
const Header = z.object({
  type: z.literal('campaign'),
  format: z.literal(FORMAT),
  sweepgen: z.string(),
  seed,
  scenarios: z.array(z.string()).min(1).readonly(),
  /** Knobs with a fixed value. */
  set: z.record(z.string(), z.number()),
  strategy: z.string(),
  monitors: names,
  /** The monitors watch every turn. */
  always: z.boolean(),
  mutant: z.string().nullable(),
});
export type Header = z.infer<typeof Header>;

/** The name of a slice that was offered to a queue; see job.ts. */
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
  /** Seconds that the campaign had run when the slice ended, its earlier parts included. Older logs have none. */
  at: z.number().nonnegative().optional(),
  /** Estimated distinct interleavings of the scenario after this slice. */
  distinct: count,
  /** Protocol edges that the scenario had not passed before. */
  edges: names,
  /** Number of times that each failure was seen, by key. */
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
  // Older logs have none.
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

const End = z.object({
  type: z.literal('end'),
  ending: z.string(),
  /** Since this part of the campaign began. */
  seconds: z.number(),
  /** Of this part. Older logs have none. */
  passes: NamedPasses.optional(),
});

const Line = z.discriminatedUnion('type', [Offered, LoggedSlice, LoggedFailure, Lost, End]);

/** The contents of a log. */
export interface Logged {
  readonly header: Header;
  /** Read from the file on each iteration: there may be millions. */
  readonly slices: Iterable<LoggedSlice | Offered>;
  /** Slices that were offered to a queue, and neither counted nor set aside. */
  readonly owed: readonly Offered[];
  readonly failures: readonly Failure[];
  /** One entry for each part of the campaign that has ended in order. */
  readonly passes: readonly NamedPasses[];
  /** Why the last part ended; '' if it was killed, or still runs. */
  readonly ending: string;
}

export class CampaignLog {
  readonly #path: string;
  /** Bytes that the file has unless another process writes to it, too. */
  #length: number;
  /** Why the log takes no more lines. The campaign then ends. */
  error: OutputError | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#length = statSync(path).size;
  }

  /**
   * @param at seconds that the campaign has run
   * @param distinct the scenario's interleavings after the slice
   * @param edges those that the scenario had not passed before
   * @param id of a slice that was offered to a queue
   */
  slice({ station, lane, seed }: Turn, result: SliceResult, at: number, distinct: number, edges: readonly string[], id?: string): void {
    const { executions, steps, switches, seconds, seen, exhausted, covered } = result;
    this.#write({ type: 'slice', id, station, lane, seed, executions, steps, switches, seconds, at, distinct, edges, seen, exhausted, covered });
  }

  /** Logs that a slice is about to be offered to a queue. */
  offered({ station, lane, seed }: Turn, executions: number, id: string): void {
    this.#write({ type: 'offered', id, station, lane, seed, executions });
  }

  failure(failure: Failure): void {
    this.#write({ type: 'failure', ...failure });
  }

  /** Logs that the executions of a turn are unknown. */
  lost({ station, lane, seed }: Turn, cause: string, id?: string): void {
    this.#write({ type: 'lost', id, station, lane, seed, cause });
  }

  /** @param passes of this part of the campaign */
  end(ending: Ending, seconds: number, passes?: NamedPasses): void {
    this.#write({ type: 'end', ending, seconds, passes });
  }

  /** Removes a line that does not fit on a full disk, so that the log can be resumed. */
  #write(line: z.infer<typeof Line>): void {
    if (this.error !== undefined) return;
    try {
      // A process that was stopped for long goes on, and another one has resumed its campaign by then.
      if (statSync(this.#path).size !== this.#length) {
        this.error = new OutputError(`another process has written to the log ${printable(this.#path)}, too; this one ends, and leaves it as it is`);
        return;
      }
      this.#length += appendLine(this.#path, line);
    } catch (error) {
      this.error = new OutputError(`the log ${printable(this.#path)} can't be written: ${reasonOf(error)}; its earlier lines are intact`);
    }
  }
}

/** Appends the whole line or nothing. Returns the length of the line in bytes. */
function appendLine(path: string, line: object, flags = 'a'): number {
  const fd = openSync(path, flags);
  const length = statSync(path).size;
  const text = `${JSON.stringify(line)}\n`;
  try {
    writeFully(fd, text);
    return Buffer.byteLength(text);
  } catch (error) {
    if (statSync(path).isFile()) truncateSync(path, length);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * Begins a log at `path`.
 * @throws UsageError if the file exists, or can't be created
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
 * Reads the log at `path`, to go on with it. An unfinished last line, left by a killed process, is cut off.
 * @throws UsageError if the file is no log of a campaign, or is broken
 */
export function resumeLog(path: string): { readonly log: CampaignLog; readonly logged: Logged } {
  if (!existsSync(path)) throw new UsageError(`there is no log ${printable(path)} to resume`);
  const { end, ...logged } = readLog(path);
  if (end < statSync(path).size) truncateSync(path, end);
  return { log: new CampaignLog(path), logged };
}

/**
 * Reads the log at `path` and leaves the file as it is.
 * @returns the contents, and the offset in bytes at which the last complete line ends
 * @throws UsageError if the file is no log of a campaign, or is broken
 */
export function readLog(path: string): Logged & { readonly end: number } {
  const lines = reading(path);
  const first = lines.next();
  const header = parseHeader(path, first.done ? '' : first.value.text);
  const failures = new Map<string, Failure>();
  const owed = new Map<string, Offered>();
  const passes: NamedPasses[] = [];
  let ending = '';
  let end = first.done ? 0 : first.value.end;
  let number = 1;
  for (const { text, end: next } of lines) {
    const line = parseLine(path, text, ++number, header);
    // A campaign logs each kind of failure once, and once more when it is shrunk, so even a log larger than the memory has few failures.
    if (line.type === 'failure' && (failures.get(line.key)?.shrunk ?? null) === null) failures.set(line.key, LoggedFailure.omit({ type: true }).parse(line) as Failure);
    if (line.type === 'offered') owed.set(line.id, line);
    if ((line.type === 'lost' || line.type === 'slice') && line.id !== undefined) owed.delete(line.id);
    ending = line.type === 'end' ? line.ending : '';
    if (line.type === 'end' && line.passes !== undefined) passes.push(line.passes);
    end = next;
  }
  return { header, slices: { [Symbol.iterator]: () => slicesOf(path, header) }, failures: [...failures.values()], owed: [...owed.values()], passes, ending, end };
}

/** Whether the file at `path` begins as a log does; false for a file that can't be read. */
export function isLog(path: string): boolean {
  const begin = Buffer.alloc(LOG_BEGIN.length);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, begin, 0, begin.length, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
  return begin.toString('latin1') === LOG_BEGIN;
}

/** Yields the slices, and the offers of slices, of the log at `path`, which has been checked before. */
function* slicesOf(path: string, header: Header): Generator<LoggedSlice | Offered> {
  let number = 0;
  for (const { text } of reading(path)) {
    const line = ++number === 1 ? undefined : parseLine(path, text, number, header);
    if (line?.type === 'slice' || line?.type === 'offered') yield line;
  }
}

function* reading(path: string): Generator<FileLine> {
  try {
    yield* linesOf(path, LONGEST_LINE);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the log ${printable(path)} can't be read: ${(error as Error).message}`);
  }
}

function parseHeader(path: string, line: string): Header {
  const value = parseJson(line) as { type?: unknown; format?: unknown } | undefined;
  if (value?.type !== 'campaign') throw new UsageError(`${printable(path)} is no log of a campaign`);
  if (value.format !== FORMAT) throw new UsageError(`${printable(path)} is a log of format ${printable(String(value.format))}; this sweepgen goes on with format ${FORMAT}`);
  const header = Header.safeParse(value);
  if (!header.success) throw new UsageError(`${printable(path)}:1 is broken: ${printable(z.prettifyError(header.error), 400)}`);
  const unknown = header.data.monitors.find((name) => !MONITOR_NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`${printable(path)}:1 names the monitor '${printable(unknown)}', which this sweepgen does not have`);
  return header.data;
}

function parseLine(path: string, text: string, number: number, { scenarios }: Header): z.infer<typeof Line> {
  const line = Line.safeParse(parseJson(text));
  if (!line.success) throw new UsageError(`${printable(path)}:${number} is no line of a campaign's log; cut it out to go on`);
  const { data } = line;
  if (data.type !== 'end' && !scenarios.includes(data.station.scenario)) throw new UsageError(`${printable(path)}:${number} tells of the scenario '${printable(data.station.scenario)}', which its campaign does not have`);
  return data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
