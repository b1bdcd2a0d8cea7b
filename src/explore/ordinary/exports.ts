/** What a scenario over ordinary code exports, and the checks of it. */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { hint } from '../../base/suggest.ts';
import type { Operation, Operations } from '../scenarios/operation.ts';

export const ORDINARY_EXPORTS = ['summary', 'setup', 'threads', 'operations', 'check', 'invariant'] as const;

/** The exports; functions that may suspend have a coroutine, `$co` (rewrite/ordinary/writer.ts). */
export interface OrdinaryExports {
  readonly summary?: string;
  readonly setup: () => unknown;
  readonly threads: readonly ((state: unknown, operations?: readonly Operation[]) => unknown)[];
  readonly operations?: () => Operations;
  readonly check?: (state: unknown, results: readonly unknown[]) => unknown;
  readonly invariant?: (state: unknown) => unknown;
}

/** Most threads of a scenario. */
const MOST_THREADS = 64;

/** Checks the names. @throws UsageError for the first that a scenario does not have */
export function checkNames(path: string, names: readonly string[]): void {
  const unknown = names.find((name) => !(ORDINARY_EXPORTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw unusable(path, `it exports '${printable(unknown)}'${hint(unknown, ORDINARY_EXPORTS)}; a scenario with threads exports ${ORDINARY_EXPORTS.join(', ')}`);
  if (!names.includes('setup')) throw unusable(path, 'it exports no setup(), which makes the state that the threads share');
}

/** Checks the kinds. @throws UsageError for the first export of a wrong kind */
export function checkKinds(path: string, exported: Readonly<Partial<Record<keyof OrdinaryExports, unknown>>>): void {
  const { summary, threads } = exported;
  if (summary !== undefined && typeof summary !== 'string') throw unusable(path, 'its summary must be a string');
  const isList = Array.isArray(threads) && threads.length >= 1 && threads.length <= MOST_THREADS && threads.every((each) => typeof each === 'function');
  if (!isList) throw unusable(path, `its threads must be a list of 1 to ${MOST_THREADS} functions of the state`);
  for (const name of ['setup', 'operations', 'check', 'invariant'] as const) {
    if (exported[name] !== undefined && typeof exported[name] !== 'function') throw unusable(path, `its ${name} must be a function`);
  }
}

/** Checks what `operations` returned. @throws UsageError */
export function checkOperations(path: string, lists: unknown, threads: number): Operations {
  const isSound = Array.isArray(lists) && lists.length === threads && lists.every((list) => Array.isArray(list) && list.every(isOperation));
  if (!isSound) throw unusable(path, `its operations must be ${threads} lists, one for each thread, of operations ['name', number, …]`);
  return lists as Operations;
}

function isOperation(each: unknown): boolean {
  return Array.isArray(each) && typeof each[0] === 'string' && each.slice(1).every((n) => typeof n === 'number');
}

function unusable(path: string, why: string): UsageError {
  return new UsageError(`${printable(path)} is no scenario: ${why}`);
}
