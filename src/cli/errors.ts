/** Messages and exit codes of errors. */
import { EXIT, Fatal, type Facts } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { Stopped } from '../run/errors.ts';
import { formatBytes } from '../base/units.ts';

export interface Failure {
  /** The kind of failure for programs, in capitals; for a broken invariant, its name. */
  readonly code: string;
  /** Lines of the message, without the prefix. */
  readonly lines: readonly string[];
  readonly exitCode: number;
  /** The values that show a broken invariant. */
  readonly facts?: Facts;
}

/** Schema of the document that reports an error with --json. */
const SCHEMA = 1;
/** Longest line of an error that is printed whole. */
const LONGEST_LINE = 2000;

/** Codes of errors that have none themselves, by exit code. */
const CODES: Readonly<Record<number, string>> = {
  [EXIT.invariant]: 'INVARIANT',
  [EXIT.usage]: 'USAGE',
  [EXIT.memory]: 'MEMORY',
  [EXIT.hang]: 'HANG',
  [EXIT.unproven]: 'UNPROVEN',
  [EXIT.output]: 'OUTPUT',
  [EXIT.interrupted]: 'INTERRUPTED',
};

export interface FailureStyle {
  /** One JSON document on one line. */
  readonly isJson: boolean;
  /** The command that failed; null for an unknown command. */
  readonly command?: string | null;
  /** Prefix of each line; `sweepgen:` unless given. */
  readonly prefix?: string;
}

/** Returns the text that stderr shows for a failure, each line with its newline. */
export function failureText({ code, lines, exitCode, facts }: Failure, { isJson, command = null, prefix = 'sweepgen:' }: FailureStyle): string {
  const [message, ...details] = lines.map((line) => printable(line, LONGEST_LINE));
  if (!isJson) return [message, ...details].map((line) => `${prefix} ${line}\n`).join('');
  return `${JSON.stringify({ schema: SCHEMA, command, error: { code, message, details, exitCode, facts } })}\n`;
}

const MOST_PROBLEMS = 10;

/** Returns message and exit code of an error. @param debug whether to add the stack */
export function describeError(error: unknown, debug = false): Failure {
  const exitCode = exitCodeOf(error);
  const stack = debug && error instanceof Error && error.stack !== undefined ? error.stack.split('\n') : [];
  const facts = error instanceof Fatal ? error.facts : undefined;
  return { code: codeOf(error, exitCode), lines: [...describe(error, exitCode), ...stack], exitCode, facts };
}

function codeOf(error: unknown, exitCode: number): string {
  const { code, exitCode: planned } = (error ?? {}) as { code?: unknown; exitCode?: unknown };
  if (planned === undefined && exitCode === EXIT.invariant) return 'INTERNAL';
  return typeof code === 'string' ? code : (CODES[exitCode] ?? 'OTHER');
}

function exitCodeOf(error: unknown): number {
  if (error instanceof Stopped) return EXIT.interrupted;
  const code = (error as { exitCode?: unknown } | null)?.exitCode;
  return typeof code === 'number' && Number.isInteger(code) && code > 0 ? code : EXIT.invariant;
}

function describe(error: unknown, exitCode: number): string[] {
  if (error instanceof Fatal) return error.code === 'OUT_OF_MEMORY' ? describeFull(error) : describeFatal(error);
  if (!(error instanceof Error)) return [String(error)];
  const { report, problems } = error as { report?: unknown; problems?: unknown };
  const lines = (error.message === '' ? error.name : error.message).split('\n');
  if (Array.isArray(problems)) return describeProblems(lines[0], error, problems);
  if (typeof report === 'string') return [...lines, ...report.trimEnd().split('\n')];
  const isPlanned = 'exitCode' in error || exitCode === EXIT.interrupted;
  return isPlanned ? lines : [...lines, 'this is a mistake in sweepgen itself; --debug shows where'];
}

function describeFatal({ code, facts, exitCode, module }: Fatal): string[] {
  const lines = Object.entries(facts).map(([name, value]) => `  ${name} = ${value}`);
  if (exitCode !== EXIT.invariant) return [code, ...lines];
  // A user's module may have damaged the memory: then the collector is not blamed.
  const verdict = module === undefined ? 'an invariant of the collector is broken: ' : 'the heap is damaged: ';
  return [verdict + code, ...lines, ...suspect(module)];
}

/** Returns a line that names the user's module: its steps may have written to the wrong place. */
function suspect(module: string | undefined): string[] {
  return module === undefined ? [] : [`  steps of ${printable(module)} write to this memory: look there first for a wrong reference, slot or word`];
}

/** Returns the problems that the oracle has found, up to a limit. */
function describeProblems(message: string, error: Error, problems: readonly unknown[]): string[] {
  const { code, module } = error as { code?: unknown; module?: string };
  const rest = problems.length - MOST_PROBLEMS;
  return [
    typeof code === 'string' ? `the heap is broken: ${code}` : message,
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => `  ${problem}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...suspect(module),
  ];
}

/** Returns Go's message for a full arena, with the state of the heap. */
function describeFull({ facts }: Fatal): string[] {
  const { what, size, arenaBytes, mostArenaBytes, inuseBytes, liveBytes, refused } = facts;
  if (what !== 'arena') {
    const { what: _, ...others } = facts;
    const values = Object.entries(others).map(([name, value]) => `${name} = ${value}`);
    return [`runtime: out of memory: no room for more ${what}${values.length > 0 ? ` (${values.join(', ')})` : ''}`];
  }
  return [
    ...(refused ? [String(refused)] : []),
    `runtime: out of memory: cannot allocate ${size}-byte block (${inuseBytes} in use)`,
    `  the arena has ${formatBytes(Number(arenaBytes))}: ${formatBytes(Number(inuseBytes))} of it in spans in use, with ${formatBytes(Number(liveBytes))} of objects`,
    `  ${advice(Number(arenaBytes), Number(size), Number(mostArenaBytes ?? 0))}`,
  ];
}

/** Returns a way out. It names a size of `--arena` only if a machine can have it. */
function advice(arenaBytes: number, size: number, most: number): string {
  const sooner = 'collect sooner with a lower --gogc';
  if (most > 0 && size >= most) return `no arena can hold it: the largest that this machine can have is ${formatBytes(most)}`;
  const more = Math.min(Math.ceil((2 * Math.max(arenaBytes, size)) / 2 ** 20), Math.floor(most / 2 ** 20));
  return more * 2 ** 20 > arenaBytes ? `give it more with --arena ${more}M, or ${sooner}` : sooner;
}
