/** What a scenario over ordinary code exports, and the checks of it. */
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { hint, inWords } from '../../base/suggest.ts';
import { CONSISTENCIES, type Consistency } from '../oracles/history.ts';
import { RESERVED, type Spec } from '../oracles/spec.ts';
import type { Operation, Operations } from '../scenarios/operation.ts';

export const ORDINARY_EXPORTS = ['summary', 'setup', 'threads', 'operations', 'check', 'invariant', 'races', 'racy', 'starvation'] as const;
/** With a spec, the operations say what the threads do. */
export const SPEC_EXPORTS = ['summary', 'setup', 'operations', 'atEnd', 'actions', 'spec', 'consistency', 'check', 'invariant', 'races', 'racy', 'starvation'] as const;

type Threads = readonly ((state: unknown, operations?: readonly Operation[]) => unknown)[];

/** The exports; functions that may suspend have a coroutine, `$co` (rewrite/ordinary/writer.ts). */
export interface OrdinaryExports {
  readonly summary?: string;
  readonly setup: () => unknown;
  readonly threads?: Threads;
  /** Names of the threads, if the scenario gives its threads by name. */
  readonly threadNames?: readonly string[];
  readonly operations?: Operations | (() => Operations);
  readonly check?: (state: unknown, results: readonly unknown[]) => unknown;
  readonly invariant?: (state: unknown) => unknown;
  /** The race detector watches each execution. */
  readonly races?: boolean;
  /** Places of intended races (racy-places.ts); true if all are. */
  readonly racy?: true | readonly string[];
  /** How often a thread may be overtaken before it counts as starving (starvation.ts). */
  readonly starvation?: number;
  readonly spec?: Spec;
  readonly consistency?: Consistency;
  /** Operations after all threads have ended. */
  readonly atEnd?: readonly Operation[];
  /** By operation, what a thread does for it; by default it calls the method of the state that has its name. */
  readonly actions?: Readonly<Record<string, (state: unknown, ...args: number[]) => unknown>>;
}

/** Most threads of a scenario. */
const MOST_THREADS = 64;

/** Reports whether a module with exports of these names is a scenario over ordinary code. */
export function isOrdinary(names: readonly string[]): boolean {
  return names.includes('threads') || names.includes('spec');
}

/** Checks the names. @throws UsageError for the first that a scenario does not have */
export function checkNames(path: string, names: readonly string[]): void {
  const hasSpec = names.includes('spec');
  const known: readonly string[] = hasSpec ? SPEC_EXPORTS : ORDINARY_EXPORTS;
  if (hasSpec && names.includes('threads')) throw unusable(path, 'it has a spec and threads: with a spec, operations says what the threads do');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw unusable(path, `it has '${printable(unknown)}'${hint(unknown, known)}; a scenario with ${hasSpec ? 'a spec' : 'threads'} has ${known.join(', ')}`);
  if (!hasSpec && !names.includes('threads')) throw unusable(path, 'it has no threads, a list of functions of the state');
  if (!names.includes('setup')) throw unusable(path, 'it has no setup(), which makes the state that the threads share');
  if (hasSpec && !names.includes('operations')) throw unusable(path, 'it has a spec and no operations, a list for each thread');
}

/** Checks the kinds. @throws UsageError for the first export of a wrong kind */
export function checkKinds(path: string, exported: Readonly<Partial<Record<keyof OrdinaryExports, unknown>>>): void {
  const { summary, threads, operations, spec } = exported;
  if (summary !== undefined && typeof summary !== 'string') throw unusable(path, 'its summary must be a string');
  const isList = Array.isArray(threads) && threads.length >= 1 && threads.length <= MOST_THREADS && threads.every((each) => typeof each === 'function');
  if (spec === undefined && !isList) throw unusable(path, `its threads must be a list of 1 to ${MOST_THREADS} functions of the state, or an object of such functions by name`);
  for (const name of ['setup', 'check', 'invariant'] as const) {
    if (exported[name] !== undefined && typeof exported[name] !== 'function') throw unusable(path, `its ${name} must be a function`);
  }
  if (operations !== undefined && typeof operations !== 'function' && !Array.isArray(operations)) throw unusable(path, 'its operations must be a list for each thread, or a function that returns the lists');
  checkVerdicts(path, exported);
  if (spec !== undefined) checkSpec(path, exported);
}

function checkVerdicts(path: string, { races, racy, starvation }: Readonly<Partial<Record<keyof OrdinaryExports, unknown>>>): void {
  if (races !== undefined && typeof races !== 'boolean') throw unusable(path, 'its races must be true, to look for data races in each execution, or false');
  if (racy !== undefined && racy !== true && !(Array.isArray(racy) && racy.every((each) => typeof each === 'string'))) throw unusable(path, "its racy must be true, or a list of places: 'function', 'file.ts' or 'file.ts:31'");
  if (starvation !== undefined && !(Number.isSafeInteger(starvation) && (starvation as number) >= 1)) throw unusable(path, 'its starvation must be a whole number from 1 on: how often a thread may be overtaken');
}

/** Reports whether a scenario with exports of these names is watched, which takes the hooked variant. */
export function needsHooks(names: readonly string[]): boolean {
  return ['invariant', 'races', 'starvation'].some((name) => names.includes(name));
}

function checkSpec(path: string, { spec, actions, consistency, atEnd }: Readonly<Partial<Record<keyof OrdinaryExports, unknown>>>): void {
  const names = Object.keys(CONSISTENCIES);
  if (!isRecordOfFunctions(spec) || typeof spec.init !== 'function') throw unusable(path, 'its spec must be an object of functions: init(), which makes the model, and one for each operation');
  if (actions !== undefined && !isRecordOfFunctions(actions)) throw unusable(path, 'its actions must be an object of functions of the state, one for each operation');
  if (consistency !== undefined && !names.includes(consistency as string)) throw unusable(path, `its consistency must be ${inWords(names.map((name) => `'${name}'`), 'or')}`);
  if (atEnd !== undefined && !(Array.isArray(atEnd) && atEnd.every(isOperation))) throw unusable(path, "its atEnd must be a list of operations ['name', number, …]");
}

function isRecordOfFunctions(given: unknown): given is Readonly<Record<string, unknown>> {
  return typeof given === 'object' && given !== null && Object.values(given).every((each) => typeof each === 'function');
}

/**
 * Checks what `operations` is or returned.
 * @param threads the number of threads; undefined if the lists decide
 * @throws UsageError
 */
export function checkOperations(path: string, lists: unknown, threads?: number): Operations {
  const isSound = Array.isArray(lists) && lists.length >= 1 && lists.length <= MOST_THREADS && lists.length === (threads ?? lists.length) && lists.every((list) => Array.isArray(list) && list.every(isOperation));
  if (!isSound) throw unusable(path, `its operations must be ${threads ?? `1 to ${MOST_THREADS}`} lists, one for each thread, of operations ['name', number, …]`);
  return lists as Operations;
}

/** Checks that the spec knows every operation. @throws UsageError for the first that it does not */
export function checkSpecified(path: string, spec: Spec, operations: Operations): void {
  const known = Object.keys(spec).filter((name) => !RESERVED.has(name));
  const unknown = operations.flat().map(([name]) => name).find((name) => !known.includes(name));
  if (unknown !== undefined) throw unusable(path, `its spec has no operation '${printable(unknown)}'${hint(unknown, known)}`);
}

function isOperation(each: unknown): boolean {
  return Array.isArray(each) && typeof each[0] === 'string' && each.slice(1).every((n) => typeof n === 'number');
}

/** Returns the error for the module at `path`, which is no scenario. */
export function unusable(path: string, why: string): UsageError {
  return new UsageError(`${printable(path)} is no scenario: ${why}`);
}
