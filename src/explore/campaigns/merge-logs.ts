/**
 * Merges the logs of several campaigns into one, as if they had run side by side.
 *
 * 1. Slices are sorted by the time for which their campaign had run. The logs are read slice by slice, the earliest first.
 * 2. A slice is left out if any of its seeds was already counted at its station: a log does not say which execution of
 *    a slice failed, so a part of it can't be counted.
 * 3. The edges of a slice that is left out are logged all the same, if they are new to the merged campaign.
 * 4. Distinct interleavings are added up. One that two campaigns have run counts twice: the sum is an upper bound.
 * 5. Of each kind of failure, the first log's is kept, or the first that was shrunk. A kind is closed if it is closed in each
 *    log that has it.
 * 6. Offered slices without a result are left out: their own campaigns offer them again.
 *
 * Only one slice of each log is in memory at a time.
 */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import type { End, Header, LogLine, LoggedSlice, Verified } from './log.ts';
import { LogReader } from './read-log.ts';
import { SeedRanges } from './seed-ranges.ts';
import { stationKey, type Failure } from './slice.ts';

/** Counts of what was taken from a log. */
export interface MergedLog {
  readonly path: string;
  slices: number;
  executions: number;
  /** Slices that were left out, with their executions; of `partly` of them, only some seeds had been counted. */
  readonly leftOut: { slices: number; executions: number; partly: number };
}

/** A log that is read up to its next slice. */
interface Source extends MergedLog {
  readonly reader: LogReader;
  readonly lines: Iterator<LogLine>;
  next?: LoggedSlice;
  /** Seconds that the campaign had run. Older logs don't say: then the seconds of the slices are added up. */
  at: number;
  /** By scenario, distinct interleavings after the last slice. */
  readonly distinct: Map<string, number>;
  /** Slices of the current part that were taken, and left out. */
  part: { taken: number; leftOut: number };
}

export class LogMerge {
  /** The header of the merged log. */
  readonly header: Header;
  readonly #sources: readonly Source[];
  readonly #seeds = new SeedRanges();
  readonly #distinct = new Map<string, number>();
  readonly #edges = new Map<string, Set<string>>();
  readonly #ends: End[] = [];

  /** @throws UsageError if a file is no log of a campaign, or the campaigns don't fit together */
  constructor(paths: readonly string[]) {
    this.#sources = paths.map((path) => {
      const reader = new LogReader(path);
      return { path, slices: 0, executions: 0, leftOut: { slices: 0, executions: 0, partly: 0 }, reader, lines: reader.lines(), at: 0, distinct: new Map(), part: { taken: 0, leftOut: 0 } };
    });
    this.header = mergeHeaders(this.#sources.map(({ path, reader }) => ({ path, header: reader.header })));
  }

  /** What was taken from each log, as far as `lines` has read. */
  get logs(): readonly MergedLog[] {
    return this.#sources;
  }

  /**
   * Yields the lines of the merged log after its header.
   * @throws UsageError if a log is broken
   */
  *lines(): Generator<LogLine> {
    for (const source of this.#sources) yield* this.#advance(source);
    // A log whose last line is an end has ended. If one of the campaigns has not, the last line must be another.
    let last: LogLine | undefined;
    for (let source = this.#earliest(); source !== undefined; source = this.#earliest()) {
      const slice = this.#count(source, source.next!);
      if (slice !== undefined) {
        if (last !== undefined) yield last;
        last = slice;
      }
      yield* this.#advance(source);
    }
    yield* this.#failures();
    const haveEnded = this.#sources.every(({ reader }) => reader.ending !== '');
    if (haveEnded && last !== undefined) yield last;
    yield* this.#ends;
    if (!haveEnded && last !== undefined) yield last;
  }

  /** Reads a source up to its next slice. Yields the lines before it that are taken as they are. */
  *#advance(source: Source): Generator<LogLine> {
    source.next = undefined;
    for (let read = source.lines.next(); !read.done; read = source.lines.next()) {
      const line = read.value;
      if (line.type === 'slice') {
        source.next = line;
        source.at = line.at ?? source.at + line.seconds;
        return;
      }
      if (line.type === 'lost') yield { ...line, id: undefined };
      if (line.type === 'end') this.#end(source, line);
    }
  }

  #earliest(): Source | undefined {
    const waiting = this.#sources.filter(({ next }) => next !== undefined);
    return waiting.length === 0 ? undefined : waiting.reduce((first, each) => (each.at < first.at ? each : first));
  }

  /** Returns the slice as the merged log has it; undefined if nothing of it is taken. */
  #count(source: Source, slice: LoggedSlice): LoggedSlice | undefined {
    const { scenario } = slice.station;
    const there = this.#seeds.add(stationKey(slice.station), slice.seed, slice.executions);
    const growth = slice.distinct - (source.distinct.get(scenario) ?? 0);
    source.distinct.set(scenario, slice.distinct);
    const edges = this.#freshEdges(scenario, slice.edges);
    const of = there === 0 ? source : source.leftOut;
    of.slices++;
    of.executions += slice.executions;
    if (there > 0 && there < slice.executions) source.leftOut.partly++;
    source.part[there === 0 ? 'taken' : 'leftOut']++;
    if (there > 0 && edges.length === 0) return undefined;
    const distinct = (this.#distinct.get(scenario) ?? 0) + (there === 0 ? Math.max(0, growth) : 0);
    this.#distinct.set(scenario, distinct);
    const taken = { ...slice, id: undefined, at: source.at, distinct, edges };
    return there === 0 ? taken : { ...taken, executions: 0, steps: 0, switches: 0, seconds: 0, seen: {} };
  }

  #freshEdges(scenario: string, edges: readonly string[]): string[] {
    let known = this.#edges.get(scenario);
    if (known === undefined) this.#edges.set(scenario, (known = new Set()));
    const fresh = edges.filter((name) => !known.has(name));
    for (const name of fresh) known.add(name);
    return fresh;
  }

  /** Keeps the end of a part. Its passes are of the whole part: they are left out if all its slices are. */
  #end(source: Source, end: End): void {
    const { taken, leftOut } = source.part;
    this.#ends.push(taken === 0 && leftOut > 0 ? { ...end, passes: undefined } : end);
    source.part = { taken: 0, leftOut: 0 };
  }

  /** Yields a failure of each kind, and its verification. */
  *#failures(): Generator<LogLine> {
    const kinds = new Map<string, { failure: Failure; readonly verified: (Verified | undefined)[] }>();
    for (const { reader } of this.#sources) {
      for (const failure of reader.failures) {
        const kind = kinds.get(failure.key);
        const verified = reader.verified.get(failure.key);
        if (kind === undefined) kinds.set(failure.key, { failure, verified: [verified] });
        else {
          kind.verified.push(verified);
          if (!isShrunk(kind.failure) && isShrunk(failure)) kind.failure = failure;
        }
      }
    }
    for (const { failure, verified } of kinds.values()) {
      yield { type: 'failure', ...failure };
      const joint = jointly(verified);
      if (joint !== undefined) yield joint;
    }
  }
}

function isShrunk({ shrunk }: Failure): boolean {
  return shrunk !== null && typeof shrunk !== 'string';
}

/** Returns the verification that holds for all logs: it is fixed only if it is in each. */
function jointly(each: readonly (Verified | undefined)[]): Verified | undefined {
  const last = (state: Verified['state']) => each.findLast((verified) => verified?.state === state);
  return last('fails') ?? (each.includes(undefined) ? undefined : (last('diverged') ?? last('fixed')));
}

interface Headed {
  readonly path: string;
  readonly header: Header;
}

/** The properties that campaigns must share for their counts to add up, with their names in messages. Seeds and scenarios may differ. */
const COMMON: readonly (readonly [what: string, of: (header: Header) => string])[] = [
  ['version', ({ sweepgen }) => sweepgen],
  ['mutant', ({ mutant }) => mutant ?? 'none'],
  ['strategy', ({ strategy }) => strategy],
  ['memory model', ({ memories = ['sc'] }) => memories.join()],
  ['--set', ({ set }) => Object.keys(set).toSorted().map((name) => `${name}=${set[name]}`).join(' ') || 'nothing'],
  ['monitors', ({ monitors, always }) => (monitors.length === 0 ? 'none' : `${monitors.join()} in ${always ? 'every turn' : 'some turns'}`)],
];

function mergeHeaders(logs: readonly Headed[]): Header {
  const [first, ...others] = logs;
  for (const other of others) {
    for (const [what, of] of COMMON) checkEqual(what, first, other, of);
    const withBuild = logs.find(({ header }) => header.build !== undefined);
    if (other.header.build !== undefined) checkEqual('build', withBuild!, other, ({ build }) => build!);
  }
  return {
    ...first.header,
    build: logs.find(({ header }) => header.build !== undefined)?.header.build,
    scenarios: [...new Set(logs.flatMap(({ header }) => header.scenarios))],
    merged: logs.reduce((sum, { header }) => sum + (header.merged ?? 1), 0),
  };
}

function checkEqual(what: string, one: Headed, other: Headed, of: (header: Header) => string): void {
  const [first, second] = [of(one.header), of(other.header)];
  if (first !== second) throw new UsageError(`the campaigns can't be merged: ${printable(one.path)} has the ${what} ${printable(first)}, and ${printable(other.path)} has ${printable(second)}; their counts would not add up`);
}
