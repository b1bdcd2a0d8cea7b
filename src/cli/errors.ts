/** What is said of an error, and the exit code it stands for. */
import { EXIT, Fatal } from '../base/fatal.ts';
import { Stopped } from '../drivers/errors.ts';
import { COMMON_ARENA } from '../drivers/shape.ts';
import { formatBytes } from '../report/units.ts';

export interface Failure {
  /** Without the `sweepgen: ` in front of each. */
  readonly lines: readonly string[];
  readonly exitCode: number;
}

const MOST_PROBLEMS = 10;

/** @param debug adds the stack */
export function describeError(error: unknown, debug = false): Failure {
  const exitCode = exitCodeOf(error);
  const stack = debug && error instanceof Error && error.stack !== undefined ? error.stack.split('\n') : [];
  return { lines: [...describe(error, exitCode), ...stack], exitCode };
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

function describeFatal({ code, facts, exitCode }: Fatal): string[] {
  const verdict = exitCode === EXIT.invariant ? 'an invariant of the collector is broken: ' : '';
  return [verdict + code, ...Object.entries(facts).map(([name, value]) => `  ${name} = ${value}`)];
}

/** All the oracle has found, up to a limit. */
function describeProblems(message: string, error: Error, problems: readonly unknown[]): string[] {
  const { code } = error as { code?: unknown };
  const rest = problems.length - MOST_PROBLEMS;
  return [
    typeof code === 'string' ? `the heap is broken: ${code}` : message,
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => `  ${problem}`),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

/** As Go says it, with the state of the heap. */
function describeFull({ facts }: Fatal): string[] {
  const { what, size, arenaBytes, inuseBytes, liveBytes, refused } = facts;
  if (what !== 'arena') {
    const { what: _, ...others } = facts;
    const values = Object.entries(others).map(([name, value]) => `${name} = ${value}`);
    return [`runtime: out of memory: no room for more ${what}${values.length > 0 ? ` (${values.join(', ')})` : ''}`];
  }
  return [
    ...(refused ? [String(refused)] : []),
    `runtime: out of memory: cannot allocate ${size}-byte block (${inuseBytes} in use)`,
    `  the arena has ${formatBytes(Number(arenaBytes))}: ${formatBytes(Number(inuseBytes))} of it in spans in use, with ${formatBytes(Number(liveBytes))} of objects`,
    `  ${advice(Number(arenaBytes), Number(size))}`,
  ];
}

function advice(arenaBytes: number, size: number): string {
  if (size >= COMMON_ARENA) return `a block of ${formatBytes(size)} needs an arena of more than that, which few machines can have`;
  const sooner = 'collect sooner with a lower --gogc';
  const more = Math.min(2 * Math.max(arenaBytes, size), COMMON_ARENA);
  // A size that some machine can't have, or that is not enough, is no advice.
  return more <= Math.max(arenaBytes, size) ? sooner : `give it more with --arena ${Math.ceil(more / 2 ** 20)}M, or ${sooner}`;
}
