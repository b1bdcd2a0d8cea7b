/** Reads the log of a campaign, line by line and at any time: while it is written, and after its writer was killed. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { reasonOf } from '../../base/system-error.ts';
import { MONITOR_NAMES } from '../monitors/catalog.ts';
import { FORMAT, Header, LOG_BEGIN, LogLine, LoggedFailure, type End, type Ending, type LoggedSlice, type Offered, type Verified } from './log.ts';
import { BEGINNING, linesOf, type FileLine, type Place } from './read-lines.ts';
import type { Failure } from './slice.ts';

/** Most bytes of a line. A failure with its lane table takes some tens of thousands. */
const LONGEST_LINE = 1 << 24;

/** The findings of a log: everything but its slices. */
export interface Findings {
  readonly header: Header;
  /** Slices that were offered to a queue, and neither counted nor set aside. */
  readonly owed: readonly Offered[];
  /** The first failure of each kind; of a kind that was closed and seen again, the first since. */
  readonly failures: readonly Failure[];
  /** The last verification of each failure that was verified, by key. */
  readonly verified: ReadonlyMap<string, Verified>;
  /** The parts of the campaign that have ended in order. */
  readonly parts: readonly End[];
  /** Why the last part ended; '' if it was killed or is still running. */
  readonly ending: Ending | '';
  /** Offset in bytes at which the last line that was read ends. */
  readonly end: number;
}

/** The contents of a log. */
export interface Logged extends Findings {
  /** Read from the file on each iteration: there may be millions. */
  readonly slices: Iterable<LoggedSlice | Offered>;
}

/**
 * Reads a log as far as it is written, and later what was appended since. A campaign logs each kind of failure once, and
 * once more when it is shrunk, so even a log larger than the memory has few failures, and few parts.
 */
export class LogReader implements Findings {
  readonly header: Header;
  readonly verified = new Map<string, Verified>();
  readonly parts: End[] = [];
  ending: Ending | '' = '';
  readonly #path: string;
  readonly #owed = new Map<string, Offered>();
  readonly #failures = new Map<string, Failure>();
  #place: Place;

  /** @throws UsageError if the file at `path` is no log of a campaign */
  constructor(path: string) {
    const first = firstLine(path);
    this.#path = path;
    this.header = parseHeader(path, first?.text ?? '');
    this.#place = first ?? BEGINNING;
  }

  get owed(): readonly Offered[] {
    return [...this.#owed.values()];
  }

  get failures(): readonly Failure[] {
    return [...this.#failures.values()];
  }

  get end(): number {
    return this.#place.end;
  }

  /**
   * Yields the complete lines after the last one that was read.
   * @throws UsageError if one of them is broken, or the file has become shorter
   */
  *lines(): Generator<LogLine> {
    this.#checkLength();
    for (const line of reading(this.#path, this.#place)) {
      const parsed = parseLine(this.#path, line, this.header);
      this.#place = line;
      this.#take(parsed);
      yield parsed;
    }
  }

  #take(line: LogLine): void {
    switch (line.type) {
      case 'offered':
        this.#owed.set(line.id, line);
        break;
      case 'slice':
      case 'lost':
        if (line.id !== undefined) this.#owed.delete(line.id);
        break;
      case 'failure':
        this.#takeFailure(line);
        break;
      case 'verified':
        // A verification concerns a failure, and does not reopen a campaign that has ended.
        if (this.#failures.has(line.key)) this.verified.set(line.key, line);
        return;
      case 'end':
        this.parts.push(line);
        break;
    }
    this.ending = line.type === 'end' ? line.ending : '';
  }

  #takeFailure(line: z.infer<typeof LoggedFailure>): void {
    const isReopened = isClosed(this, line.key);
    if (!isReopened && (this.#failures.get(line.key)?.shrunk ?? null) !== null) return;
    if (isReopened) this.verified.delete(line.key);
    this.#failures.set(line.key, LoggedFailure.omit({ type: true }).parse(line) as Failure);
  }

  #checkLength(): void {
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size;
    if (size !== undefined && size < this.end) throw new UsageError(`${printable(this.#path)} has become shorter while it was read; run the command again`);
  }
}

/** Reports whether the failures of a kind were verified to be fixed, and none was seen since. */
export function isClosed({ verified }: Pick<Findings, 'verified'>, key: string): boolean {
  return verified.get(key)?.state === 'fixed';
}

/** Returns the keys of the kinds that are closed. */
export function closedIn(findings: Pick<Findings, 'verified'>): string[] {
  return [...findings.verified.keys()].filter((key) => isClosed(findings, key));
}

/**
 * Reads the log at `path` and leaves the file as it is.
 * @throws UsageError if the file is no log of a campaign, or is broken
 */
export function readLog(path: string): Logged {
  const reader = new LogReader(path);
  for (const _ of reader.lines());
  const { header, owed, failures, verified, parts, ending, end } = reader;
  return { header, owed, failures, verified, parts, ending, end, slices: { [Symbol.iterator]: () => slicesOf(path) } };
}

/** Yields the slices, and the offers of slices, of the log at `path`. */
function* slicesOf(path: string): Generator<LoggedSlice | Offered> {
  for (const line of new LogReader(path).lines()) if (line.type === 'slice' || line.type === 'offered') yield line;
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

/** Returns the first line; undefined if there is none. */
function firstLine(path: string): FileLine | undefined {
  for (const line of reading(path, BEGINNING)) return line;
  return undefined;
}

function* reading(path: string, place: Place): Generator<FileLine> {
  try {
    yield* linesOf(path, LONGEST_LINE, place);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new UsageError(`the log ${printable(path)} can't be read: ${isMissing ? 'there is no such file' : reasonOf(error)}`);
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

function parseLine(path: string, { text, number }: FileLine, { scenarios }: Header): LogLine {
  const line = LogLine.safeParse(parseJson(text));
  if (!line.success) throw new UsageError(`${printable(path)}:${number} is no line of a campaign's log; delete it to go on`);
  const { data } = line;
  if ('station' in data && !scenarios.includes(data.station.scenario)) throw new UsageError(`${printable(path)}:${number} tells of the scenario '${printable(data.station.scenario)}', which its campaign does not have`);
  return data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
