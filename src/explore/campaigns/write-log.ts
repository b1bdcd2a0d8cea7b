/**
 * Writes the log of a campaign: a line at a time, whole or not at all. The findings survive any end of the process, and
 * `--resume` continues the seeds where the log ends.
 */
import { closeSync, existsSync, openSync, rmSync, statSync, truncateSync } from 'node:fs';
import { OutputError, UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { reasonOf } from '../../base/system-error.ts';
import { writeFully } from '../../base/write-fully.ts';
import { FORMAT, type Ending, type Header, type LogLine, type NamedPasses, type Verified } from './log.ts';
import type { Turn } from './plan.ts';
import { readLog, type Logged } from './read-log.ts';
import type { Failure, SliceResult } from './slice.ts';

export class CampaignLog {
  readonly #path: string;
  /** The length of the file in bytes, unless another process has written to it. */
  #length: number;
  /** Why the log takes no more lines; the campaign ends then. */
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
   * @param host the machine that ran it
   */
  slice({ station, lane, seed }: Turn, result: SliceResult, at: number, distinct: number, edges: readonly string[], id?: string, host?: string): void {
    const { executions, steps, switches, seconds, seen, exhausted, covered } = result;
    this.#write({ type: 'slice', id, station, lane, seed, executions, steps, switches, seconds, at, distinct, edges, seen, exhausted, covered, host });
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

  /** Logs how a failure fared when it was run again. */
  verified(verified: Omit<Verified, 'type'>): void {
    this.#write({ type: 'verified', ...verified });
  }

  /** @param passes of this part of the campaign */
  end(ending: Ending, seconds: number, passes?: NamedPasses): void {
    this.#write({ type: 'end', ending, seconds, passes });
  }

  /** Appends a line. One that does not fit on a full disk is removed, so that the log can be resumed. */
  #write(line: LogLine): void {
    if (this.error !== undefined) return;
    try {
      // This process may have been suspended, and another one may have resumed its campaign.
      if (statSync(this.#path).size !== this.#length) {
        this.error = new OutputError(`another process has written to the log ${printable(this.#path)}; this process ends and leaves the log as it is`);
        return;
      }
      this.#length += appendLine(this.#path, line);
    } catch (error) {
      this.error = new OutputError(`the log ${printable(this.#path)} can't be written: ${reasonOf(error)}; its earlier lines are intact`);
    }
  }
}

/** Returns a line of a log as it is in the file. */
export function lineText(line: LogLine | Header): string {
  return `${JSON.stringify(line)}\n`;
}

/** Appends the whole line or nothing. Returns the length of the line in bytes. */
function appendLine(path: string, line: LogLine | Header, flags = 'a'): number {
  const fd = openSync(path, flags);
  const length = statSync(path).size;
  const text = lineText(line);
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
 * Reads the log at `path`, to go on with its campaign.
 * @throws UsageError if the file is no log of a campaign, is broken, or is merged from several
 */
export function resumeLog(path: string): { readonly log: CampaignLog; readonly logged: Logged } {
  if (!existsSync(path)) throw new UsageError(`there is no log ${printable(path)} to resume`);
  const logged = readLog(path);
  const { merged } = logged.header;
  if (merged !== undefined) throw new UsageError(`${printable(path)} is merged from ${merged} campaigns, and has no seeds of its own to go on with; resume one of them, and merge again`);
  return { log: appendTo(path, logged), logged };
}

/** Opens the log at `path`, which has been read, to append to it. An unfinished last line, left by a killed process, is cut off. */
export function appendTo(path: string, { end }: Pick<Logged, 'end'>): CampaignLog {
  if (end < statSync(path).size) truncateSync(path, end);
  return new CampaignLog(path);
}
