/** A generated module as the scheduler and the scenarios see it. */

/** A coroutine yields sites (or ~site when it parks) and is sent what a wait returned. */
export type Coroutine<Result = unknown> = Generator<number, Result, WaitResult | undefined>;

export type WaitResult = 'ok' | 'timed-out';

/** A coroutine and those that it has called, each waiting for the next: a thread of its own. */
export interface Fiber {
  readonly stack: Coroutine[];
  top: number;
  /** Sites of the calls, outermost first; empty in the plain variant. */
  readonly calls: number[];
}

/** The core's module with every function over `m` as the coroutine it was made into. */
export type Explored<Module> = {
  readonly [Name in keyof Module]: Module[Name] extends (m: Int32Array, ...rest: infer Rest) => infer Result
    ? (m: Int32Array, ...rest: Rest) => Coroutine<Result>
    : Module[Name];
};

/** What the scheduler answers while a coroutine runs. */
export interface Host {
  /** Virtual nanoseconds, `ran` accesses after the coroutine was resumed. */
  now(ran: number): number;
  /** Wakes up to `count` threads that wait on `m[index]`; returns how many. */
  notify(index: number, count: number): number;
  /** By blocks of 1 << DIRTY_SHIFT words: set to 1 where the core writes. Kept when absent. */
  readonly dirty?: Uint8Array;
  /** Called by the hooked variant after each access; `kind` is one of ACCESS. */
  access(site: number, kind: number, index: number, value: number, old: number): void;
}

/** Exports of the prologue. */
export interface Control {
  readonly $hooked: boolean;
  /** By site: 1 where it may change its word. */
  readonly $writes: Uint8Array;
  /** How often each protocol edge was passed (edges/catalog.ts); who reads it clears it. */
  readonly $edges: Uint32Array;
  /** What the driver counts of an execution (ledger/columns.ts); set back before each. */
  readonly $ledger: Float64Array;
  $attach(host: Host): void;
  $spawn(coroutine: Coroutine): Fiber;
  /** As $spawn, in a fiber whose coroutine is done with. */
  $respawn(fiber: Fiber, coroutine: Coroutine): void;
  /** Runs on until a guard has counted past `budget`, a park, or the end. */
  $resume(fiber: Fiber, budget: number, message: WaitResult | undefined): number;
  /** Guards passed since the last resumption. */
  $ran(): number;
  /** Makes the running coroutine yield at its next guard. */
  $preempt(): void;
  $pendingIndex(): number;
  /** Virtual nanoseconds after which the coroutine that just parked gives up waiting. */
  $parkTimeout(): number;
  $returned(): unknown;
  /** Sites of the calls that the running coroutine is in, outermost first; empty in the plain variant. */
  $stack(): readonly number[];
}

/** Loaded generated module: the control functions beside the core's exports. */
export type GeneratedCore<Module = Readonly<Record<string, unknown>>> = Control & Explored<Module>;
