/** Scenarios as a user writes them: their types, and the function that types a scenario. */
import { fileURLToPath } from 'node:url';

/** A sentence about what is wrong, or false. Nothing, true and '' mean that all is well. */
export type Judgement = string | boolean | null | undefined | void;

/** What an operation does, and to what: `['push', 3]`. */
export type Operation = readonly [name: string, ...numbers: number[]];

/** A thread: it gets the state, and its operations if the scenario has any. What it returns goes to `check`. */
export type Thread<State> = (state: State, operations: readonly Operation[]) => unknown;

/** The threads in a list, or by name. */
export type Threads<State> = readonly Thread<State>[] | { readonly [name: string]: Thread<State> };

/** What the threads returned: a list, or an object by name. Of an async thread it is the value of its promise. */
export type Results<All> = { -readonly [Each in keyof All]: All[Each] extends (...args: never[]) => infer Result ? Awaited<Result> : never };

/** What a scenario watches for besides its check. */
interface Watching {
  /** Looks for data races in each execution: two accesses, not both by Atomics, that nothing orders, and of which one stores. */
  readonly races?: boolean;
  /** Places whose races are intended: `'read'` for a function, `'seqlock.ts'` or `'seqlock.ts:31'`; or all, with true. */
  readonly racy?: true | readonly string[];
  /** How often other threads may get on between two accesses of a thread that does not: at this number, it starves. */
  readonly starvation?: number;
}

export interface Definition<State, All> extends Watching {
  /** One line about the scenario. */
  readonly summary?: string;
  /** Makes the state that the threads share. It runs before each execution. */
  setup(): State;
  readonly threads: All;
  /** Returns a list for each thread, of operations that the thread gets. Shrinking leaves out any of them. */
  operations?(): readonly (readonly Operation[])[];
  /** Judges the end, after all threads have ended. */
  check?(state: State, results: Results<All>): Judgement;
  /** Judges the state after every single access to shared memory. */
  invariant?(state: State): Judgement;
}

/** What the state does, as a sequential program. The model is plain data, which operations may change. */
export type Spec<Model> = {
  init(): Model;
  /** Reports whether the operation waits while the model is as it is. */
  blocks?(model: Model, operation: string, ...numbers: number[]): boolean;
} & {
  /** By operation: returns what the real one must return. */
  readonly [operation: string]: (model: Model, ...numbers: never[]) => unknown;
};

/** A scenario with a spec: every execution must agree with an order of its operations. */
export interface SpecDefinition<State, Model> extends Watching, Pick<Definition<State, unknown>, 'summary' | 'setup' | 'invariant'> {
  readonly spec: Spec<Model>;
  /** A list for each thread, which calls its operations in order. Shrinking leaves out any of them. */
  readonly operations: readonly (readonly Operation[])[] | (() => readonly (readonly Operation[])[]);
  /** Operations after all threads have ended. */
  readonly atEnd?: readonly Operation[];
  /** By operation, what a thread does for it. Without it the thread calls the method of the state that has its name. */
  readonly actions?: { readonly [operation: string]: (state: State, ...numbers: number[]) => unknown };
  /** Which orders count; 'linearizable' by default. */
  readonly consistency?: 'linearizable' | 'sequential' | 'quiescent';
  /** Judges the end; the results are a list for each thread. */
  check?(state: State, results: readonly (readonly unknown[])[]): Judgement;
}

/** Any scenario. `explore` knows the module of one that was made with `import.meta`. */
export interface AnyScenario {
  setup(): unknown;
  readonly threads?: unknown;
  readonly spec?: unknown;
}

/** The place where a scenario was made. Two copies of the package share the key. */
const PLACE = Symbol.for('sweepgen.scenario.place');

/** A call in a file. */
export interface Place {
  readonly file: string;
  /** From 1; undefined if the stack has no frame of the file. */
  readonly line?: number;
  readonly column?: number;
}

/** The parts of import.meta that matter. */
interface Meta {
  readonly url: string;
}

/**
 * Returns `definition`, a scenario, which it gives types: of the state, and of what the threads return.
 * @param meta the module's `import.meta`; with it, a test may give the scenario itself to `explore`
 */
export function scenario<State, Model>(meta: Meta, definition: SpecDefinition<State, Model>): SpecDefinition<State, Model>;
export function scenario<State, Model>(definition: SpecDefinition<State, Model>): SpecDefinition<State, Model>;
export function scenario<State, const All extends Threads<State>>(meta: Meta, definition: Definition<State, All>): Definition<State, All>;
// TypeScript reports what is wrong by the last form, the most frequent one.
export function scenario<State, const All extends Threads<State>>(definition: Definition<State, All>): Definition<State, All>;
export function scenario(first: unknown, second?: object): unknown {
  if (second === undefined) return first;
  const file = fileURLToPath((first as Meta).url);
  return Object.defineProperty({ ...second }, PLACE, { value: { file, ...callIn(file, new Error().stack) } });
}

/** Returns the place where the scenario was made with import.meta; undefined without. */
export function placeOfScenario(given: object): Place | undefined {
  return (given as { readonly [PLACE]?: Place })[PLACE];
}

/** Returns the line and the column of the innermost frame of `stack` in `file`. Test runners map stacks to the source. */
function callIn(file: string, stack = ''): Omit<Place, 'file'> {
  for (const line of stack.split('\n')) {
    const frame = /((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/.exec(line);
    if (frame === null) continue;
    const path = frame[1].startsWith('file:') ? fileURLToPath(frame[1].split('?')[0]) : frame[1].split('?')[0];
    if (path === file) return { line: Number(frame[2]), column: Number(frame[3]) };
  }
  return {};
}
