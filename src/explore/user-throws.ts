/** Errors that a user's scenario throws, told as the user's: with the place in the module, and a hint. */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { resolve } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { formatFrame, userFrame, type UserFrame } from '../base/user-frame.ts';
import { ROOT } from '../base/root.ts';
import type { Site } from '../rewrite/sites.ts';
import { unnumbered } from './failures/trace.ts';

/** What a scenario of the user's has thrown outside of an execution. */
export class ScenarioThrew extends UsageError {}

/** What to do about a throw in each of the functions that a scenario exports. */
const HINTS: Readonly<Record<string, string>> = {
  run: "to report something that must not be, call fatal('CODE', { … }) of sweepgen/core, or return a sentence from check",
  check: "check returns a sentence about what is wrong, or ''",
  build: 'build prepares the memory before the Ms start, with nobody beside it',
  operations: "operations returns a list for each M, of operations ['name', number, …]",
  shape: 'shape returns what differs from a tiny machine',
};

/** A line of a stack: what comes before the place, the place, and what comes after. */
const FRAME = /^(\s+at .*?)((?:file:\/\/)?\/[^()]*):(\d+):(\d+)(\)?)$/;

/** Places of a generated module in the sources that it was made from. */
export class Places {
  readonly #read: () => SourceMapPayload;
  readonly #sites: readonly Site[];
  #map: SourceMap | undefined;

  /** @param read gives the map of the generated module, when it is first needed */
  constructor(read: () => SourceMapPayload, sites: readonly Site[]) {
    this.#read = read;
    this.#sites = sites;
  }

  /**
   * Returns the innermost place in the user's module at which `thrown` was thrown, or from which it was
   * called: by its stack, or else by `calls`, the sites of the calls that its thread was in, outermost first.
   */
  frameOf(thrown: unknown, calls: readonly number[] = []): UserFrame | undefined {
    const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '';
    const inStack = userFrame({ stack: stack.split('\n').map((line) => this.#inSource(line)).join('\n') });
    if (inStack !== undefined) return inStack;
    const call = calls.map((number) => this.#sites[number]).findLast((site) => site !== undefined && !resolve(ROOT, site.file).startsWith(`${ROOT}/src/`));
    return call && { file: resolve(ROOT, call.file), line: call.line, name: unnumbered(call.fn) };
  }

  /** `line`, with its place in the generated module replaced by the place in the source; '' for a line of another file. */
  #inSource(line: string): string {
    const frame = FRAME.exec(line);
    if (frame === null || !/\/core(?:\.hooked)?\.mjs$/.test(frame[2])) return '';
    // The prologue comes after the bundle, and lies in no source.
    if (/ at (?:[\w$]+\.)?\$\w+ /.test(line)) return '';
    this.#map ??= new SourceMap(this.#read());
    const entry = this.#map.findEntry(Number(frame[3]) - 1, Number(frame[4]) - 1);
    if (!('originalSource' in entry)) return '';
    return `${unnumbered(frame[1]).replace(/\.next \(/, ' (')}${resolve(ROOT, entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}${frame[5]}`;
  }
}

/** `TypeError: x is not a function`, on one line; also of what is no error. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${printable(String(thrown))}`;
  return printable(thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`, 400);
}

/** Returns the lines that tell of `thrown`: its message, the place in the user's module, and a hint for the exported function `fn`. */
export function tellThrown(thrown: unknown, places: Places, fn: string, calls?: readonly number[]): string[] {
  const frame = places.frameOf(thrown, calls);
  return [messageOf(thrown), ...(frame === undefined ? [] : [`at ${formatFrame(frame)}`]), ...(HINTS[fn] === undefined ? [] : [`hint: ${HINTS[fn]}`])];
}

/** @throws ScenarioThrew with what `work`, which is done by the function `fn` of the module at `path`, has thrown */
export function blaming<Result>(path: string, fn: string, places: Places, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new ScenarioThrew(`${printable(path)}: ${fn} threw:\n${tellThrown(error, places, fn).map((line) => `  ${line}`).join('\n')}`);
  }
}
