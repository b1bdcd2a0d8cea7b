/** The interface of a generated module to the scheduler and the scenarios. */

/** A coroutine yields sites (~site when it parks) and receives the result of a wait. */
export type Coroutine<Result = unknown> = Generator<number, Result, WaitResult | undefined>;

export type WaitResult = 'ok' | 'timed-out';

/** A simulated thread: a coroutine and the coroutines it has called, each waiting for the next. */
export interface Fiber {
  readonly stack: Coroutine[];
  top: number;
  /** Sites of the calls, outermost first; empty in the plain variant. */
  readonly calls: number[];
}

/** The core's module, with every function over `m` as a coroutine. */
export type Explored<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (m: Int32Array, ...rest: infer Rest) => infer Result
    ? (m: Int32Array, ...rest: Rest) => Coroutine<Result>
    : Module[Name];
};

/** The calls that a running coroutine makes to the scheduler. */
export interface Host {
  /** Returns virtual nanoseconds, `ran` accesses after the coroutine was resumed. */
  now(ran: number): number;
  /** Wakes up to `count` threads that wait on `m[index]`; returns their number. */
  notify(index: number, count: number): number;
  /** The memory's write flags (memory/write-flags.ts), which the core sets. If absent, the current ones are kept. */
  readonly dirty?: Uint8Array;
  /** Called by the hooked variant after each access; `kind` is one of ACCESS. */
  access(site: number, kind: number, index: number, value: number, old: number): void;
}

/** Exports of the prologue. */
export interface Control {
  readonly $hooked: boolean;
  /** The module is ordinary code: none of the core's records are in its memory. */
  readonly $isOrdinary?: boolean;
  /** By site: 1 if its access may change the word. */
  readonly $writes: Uint8Array;
  /** Count of passes of each protocol edge (edges/catalog.ts); a reader clears it. */
  readonly $edges: Uint32Array;
  /** The ledger of an execution (ledger/columns.ts); reset before each execution. */
  readonly $ledger: Float64Array;
  $attach(host: Host): void;
  /** Returns the write flags of the memory that is attached. */
  $writeFlags(): Uint8Array;
  $spawn(coroutine: Coroutine): Fiber;
  /** As $spawn, reusing a fiber whose coroutine has ended. */
  $respawn(fiber: Fiber, coroutine: Coroutine): void;
  /** Runs until a guard has counted past `budget`, a park, or the end. */
  $resume(fiber: Fiber, budget: number, message: WaitResult | undefined): number;
  /** Guards passed since the last resumption. */
  $ran(): number;
  /** Makes the running coroutine yield at its next guard. */
  $preempt(): void;
  $pendingIndex(): number;
  /** Timeout of the coroutine that has just parked, in virtual nanoseconds. */
  $parkTimeout(): number;
  $returned(): unknown;
  /** Call sites of the running coroutine, outermost first; empty in the plain variant. */
  $stack(): readonly number[];
}

/** Loaded generated module: the control functions beside the core's exports. */
export type GeneratedCore<Module = Readonly<Record<string, unknown>>> = Control & Explored<Module>;
