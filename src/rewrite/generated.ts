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
  /** The thread that runs; 0 if absent. */
  readonly thread?: number;
  /** Wakes up to `count` threads that wait on `m[index]`; returns their number. Ordinary code tells its site. */
  notify(index: number, count: number, site?: number): number;
  /**
   * The running thread begins to wait on m[index] without sleeping, for `timeout` virtual nanoseconds. `onWoken` is called
   * when a notify ends the wait. Returns a number for `endWait`. For ordinary code only.
   */
  waitAsync?(index: number, timeout: number, onWoken: () => void): number;
  endWait?(wait: number): void;
  /** The memory's write flags (memory/write-flags.ts), which the core sets. If absent, the current ones are kept. */
  readonly dirty?: Uint8Array;
  /** Decides what loads of the hooked variant return. If absent, they return the newest values. */
  readonly weak?: WeakMemory | null;
  /** Called by the hooked variant after each access; `kind` is one of ACCESS. */
  access(site: number, kind: number, index: number, value: number, old: number): void;
}

/**
 * Decides what loads of the running thread return. The memory holds the newest values. Words are counted by index,
 * bytes from the first one of the memory.
 */
export interface WeakMemory {
  /** By word: 0 if loads have one possible value. */
  readonly flags: Uint8Array;
  /** Room for the bytes of `loadBytes`. */
  readonly scratch: Uint8Array;
  /** Returns what a plain load of a flagged word returns; the word holds `newest`. */
  load(word: number, newest: number): number;
  /** As `load`, for the byte `byte`. */
  loadByte(byte: number, newest: number): number;
  /** As `load`, for Atomics.load. */
  atomicLoad(word: number, newest: number): number;
  /** As `load`, for the load of any other operation of Atomics; of any word. */
  update(word: number, newest: number): number;
  /**
   * Writes what a load of any bytes returns to `out`. Returns false if they are the newest.
   * @param isWhole the load can't tear
   */
  loadBytes(start: number, size: number, isWhole: boolean, isAtomic: boolean, out: Uint8Array): boolean;
  /** As `loadBytes`, for the load of an operation of Atomics that also stores, or waits. */
  updateBytes(start: number, size: number, out: Uint8Array): boolean;
  /** Notes a plain store: the word, which held `before`, holds `value` now. */
  store(word: number, before: number, value: number): void;
  /** As `store`, for an operation of Atomics. */
  atomicStore(word: number, before: number, value: number): void;
  /** Notes a plain store to a byte, which held `before`. */
  storeByte(byte: number, before: number): void;
  /** Called before a store of any bytes; `afterStore` notes it. */
  beforeStore(start: number, size: number): void;
  afterStore(start: number, size: number, isWhole: boolean, isAtomic: boolean): void;
  /** Notes plain stores of `value` to the words from `start` to `end`; they are made later. */
  fill(start: number, end: number, value: number): void;
  /** Copies words by plain loads and stores. */
  copy(target: number, start: number, end: number): void;
  /** The running thread enters and leaves the critical section of the threads that wait on `word`; a wait enters it before its load. */
  critical(word: number): void;
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
  /** Makes the running coroutine yield after `left` more guards: at its next one by default, and always in ordinary code. */
  $preempt(left?: number): void;
  $pendingIndex(): number;
  /** Words of the pending access, from $pendingIndex() on; -1 if it may touch any. */
  $pendingWords(): number;
  /** Timeout of the coroutine that has just parked, in virtual nanoseconds. */
  $parkTimeout(): number;
  $returned(): unknown;
  /** Call sites of the running coroutine, outermost first; empty in the plain variant. */
  $stack(): readonly number[];
}

/** Loaded generated module: the control functions beside the core's exports. */
export type GeneratedCore<Module = Readonly<Record<string, unknown>>> = Control & Explored<Module>;
