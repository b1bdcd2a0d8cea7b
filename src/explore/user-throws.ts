/** Reports errors that a user's scenario throws: with the place in the module, and a hint. */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { resolve } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { formatFrame, userFrame, type UserFrame } from '../base/user-frame.ts';
import { ROOT } from '../base/root.ts';
import type { Site } from '../rewrite/sites.ts';
import { unnumbered } from './failures/trace.ts';

/** An error that a user's scenario threw outside of an execution. */
export class ScenarioThrew extends UsageError {}

/** Hints for errors in each of the exported functions. */
const HINTS: Readonly<Record<string, string>> = {
  run: "to report something that must not be, call fatal('CODE', { … }) of sweepgen/core, or return a sentence from check",
  check: "check returns a sentence about what is wrong, or ''",
  build: 'build prepares the memory before the Ms start, while no other thread runs',
  operations: "operations returns a list for each M, of operations ['name', number, …]",
  shape: 'shape returns what differs from a tiny machine',
};

/** A line of a stack: the text before the place, the place, and the text after it. */
const FRAME = /^(\s+at .*?)((?:file:\/\/)?\/[^()]*):(\d+):(\d+)(\)?)$/;

/** Maps places in a generated module to places in its sources. */
export class Places {
  readonly #read: () => SourceMapPayload;
  readonly #sites: readonly Site[];
  readonly #root: string;
  #map: SourceMap | undefined;

  /**
   * @param read returns the source map of the generated module; called when it is first needed
   * @param root the folder from which the sites name their files
   */
  constructor(read: () => SourceMapPayload, sites: readonly Site[], root: string) {
    this.#read = read;
    this.#sites = sites;
    this.#root = root;
  }

  /**
   * Returns the innermost place in the user's module from which `thrown` came: by its stack, or else by `calls`,
   * the sites of its thread's active calls, outermost first.
   */
  frameOf(thrown: unknown, calls: readonly number[] = []): UserFrame | undefined {
    const stack = thrown instanceof Error && typeof thrown.stack === 'string' ? thrown.stack : '';
    const inStack = userFrame({ stack: stack.split('\n').map((line) => this.#inSource(line)).join('\n') });
    if (inStack !== undefined) return inStack;
    const call = calls.map((number) => this.#sites[number]).findLast((site) => site !== undefined && !this.#fileOf(site).startsWith(`${ROOT}/src/`));
    return call && { file: this.#fileOf(call), line: call.line, name: unnumbered(call.fn) };
  }

  #fileOf({ file }: Site): string {
    return resolve(this.#root, file);
  }

  /** Returns `line` with the place in the source; '' for a line of another file. */
  #inSource(line: string): string {
    const frame = FRAME.exec(line);
    if (frame === null || !/\/core(?:\.hooked)?\.mjs$/.test(frame[2])) return '';
    // The prologue follows the bundle, and has no source.
    if (/ at (?:[\w$]+\.)?\$\w+ /.test(line)) return '';
    this.#map ??= new SourceMap(this.#read());
    const entry = this.#map.findEntry(Number(frame[3]) - 1, Number(frame[4]) - 1);
    if (!('originalSource' in entry)) return '';
    return `${unnumbered(frame[1]).replace(/\$co\b/, '').replace(/\.next \(/, ' (')}${resolve(ROOT, entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}${frame[5]}`;
  }
}

/** Returns a one-line message such as `TypeError: x is not a function`, even if `thrown` is no Error. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${printable(String(thrown))}`;
  return printable(thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`, 400);
}

/** Returns lines about `thrown`: its message, the place in the user's module, and a hint for the exported function `fn`. */
export function tellThrown(thrown: unknown, places: Places, fn: string, calls?: readonly number[]): string[] {
  const frame = places.frameOf(thrown, calls);
  return [messageOf(thrown), ...(frame === undefined ? [] : [`at ${formatFrame(frame)}`]), ...(HINTS[fn] === undefined ? [] : [`hint: ${HINTS[fn]}`])];
}

/** Returns the result of `work`, a call of the function `fn` of the module at `path`. @throws ScenarioThrew for what it throws */
export function blaming<Result>(path: string, fn: string, places: Places, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new ScenarioThrew(`${printable(path)}: ${fn} threw:\n${tellThrown(error, places, fn).map((line) => `  ${line}`).join('\n')}`);
  }
}
