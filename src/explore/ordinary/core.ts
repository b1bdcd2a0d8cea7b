/** A generated module of ordinary code, as the engine sees it. */
import type { Control, Coroutine } from '../../rewrite/generated.ts';
import type { Call } from '../oracles/history.ts';
import type { OrdinaryExports } from './exports.ts';
import type { OrdinaryMemory } from './memory.ts';

/** What reports need to know of a scenario. */
interface About {
  /** Names of the threads. */
  names: readonly string[];
  /** Sites whose plain accesses may race. */
  racy: Uint8Array;
  /** The scenario watches for races itself. */
  watchesRaces: boolean;
}

/** A call of a built-in with shared views. */
export interface NativeCall {
  readonly name: string;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** What the prologue of ordinary code exports besides the engine's interface. */
export interface OrdinaryControl extends Control {
  readonly $invariant?: { check: (() => void) | null };
  readonly $about: About;
  /** The bytes of the access that is reported: the first, counted from the first byte of all words, and their number. */
  $touchedFrom(): number;
  $touchedBytes(): number;
  /** The call of a built-in that is reported; null for any other access. */
  $nativeCall(): NativeCall | null;
  /** Returns the name of a word, or of the element that has the byte `byte` of it. */
  $nameOf(word: number, byte?: number): string;
  /** Something in the module runs later than its call: async functions, promises, timers. */
  readonly $isAsync?: boolean;
  /** The module calls Atomics.waitAsync. */
  readonly $waitsAsync?: boolean;
  $isPromise(value: unknown): boolean;
  /** Runs the events of the running thread until `value` is settled, if it is a promise. Returns its value. */
  $settled(value: unknown): Coroutine;
  /** Runs a thread and then its events, until it has nothing left to do. */
  $thread(coroutine: Coroutine): Coroutine;
  $bind(memory: OrdinaryMemory): void;
  $begin(m: Int32Array): void;
  $quietly<Result>(fn: (...args: never[]) => Result, args: readonly unknown[]): Result;
  $stop(error: unknown): void;
  /** As generated code calls it: the engine resumes `callee` before the coroutine that yields next. */
  $push(callee: Coroutine): void;
  /** Notes that the running thread begins `call` with its next access. */
  $called(call: Call): void;
  /** Notes that the running thread has ended `call` with its last access. */
  $left(call: Call): void;
}

export type OrdinaryCore = OrdinaryControl & OrdinaryExports;

/** A function that may suspend. */
export type Suspending = ((...args: unknown[]) => unknown) & { readonly $co?: (...args: unknown[]) => Coroutine };
