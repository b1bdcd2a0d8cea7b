/**
 * A scenario over ordinary code: `setup` makes the state, `threads` share it, `check` and `invariant` judge it.
 *
 * Each execution begins with a new state: setup runs again, before the first thread. Threads without operations of
 * their own have one, 'run', so that shrinking can leave out a whole thread.
 */
import { UsageError } from '../../base/fatal.ts';
import type { Control, Coroutine } from '../../rewrite/generated.ts';
import { Violation } from '../execution.ts';
import type { Operations } from '../scenarios/operation.ts';
import type { Prepared, Scenario, Setting } from '../scenarios/scenario.ts';
import { tinyShape } from '../scenarios/tiny-shape.ts';
import { blaming, messageOf, tellThrown, type Places } from '../user-throws.ts';
import { checkOperations, type OrdinaryExports } from './exports.ts';
import { OrdinaryMemory } from './memory.ts';

/** What the prologue of ordinary code exports besides the engine's interface. */
export interface OrdinaryControl extends Control {
  readonly $invariant?: { check: (() => void) | null };
  $bind(memory: OrdinaryMemory): void;
  $begin(m: Int32Array): void;
  $quietly<Result>(fn: (...args: never[]) => Result, args: readonly unknown[]): Result;
  $stop(error: unknown): void;
}

export type OrdinaryCore = OrdinaryControl & OrdinaryExports;

type Suspending = ((...args: unknown[]) => unknown) & { readonly $co?: (...args: unknown[]) => Coroutine };

/** More accesses than the threads of a small scenario make: beyond, an execution counts as endless. */
const STEP_LIMIT = 20_000;
const RUN: Operations[number] = [['run']];

/** Returns the scenario of the module at `path`, which is its name. */
export function describeOrdinary(path: string, core: OrdinaryCore, places: Places): Scenario {
  const { threads, operations } = core;
  return {
    name: path,
    summary: core.summary ?? '',
    runs: 'thread',
    knobs: [{ name: 'procs', summary: 'threads', values: [threads.length] }],
    shape: ({ procs }) => tinyShape({ procs, arenaPages: 8 }),
    operations: () => (operations === undefined ? threads.map(() => RUN) : checkOperations(path, blaming(path, 'operations', places, () => core.$quietly(operations, [])), threads.length)),
    prepare: (_core, setting) => new Preparation(path, core, places, setting).prepared(),
  };
}

class Preparation {
  readonly #path: string;
  readonly #core: OrdinaryCore;
  readonly #places: Places;
  readonly #setting: Setting;
  readonly #memory = new OrdinaryMemory();
  #state: unknown;

  constructor(path: string, core: OrdinaryCore, places: Places, setting: Setting) {
    this.#path = path;
    this.#core = core;
    this.#places = places;
    this.#setting = setting;
  }

  prepared(): Prepared {
    const { threads } = this.#core;
    // A first setup tells how much memory there is.
    this.#memory.begin();
    this.#setUp(new Int32Array(0));
    const names = threads.map(({ name }, i) => (name === '' || threads.some((other, j) => j !== i && other.name === name) ? `${name === '' ? 'thread' : name} ${i + 1}` : name));
    return {
      template: new Int32Array(this.#memory.wordsNeeded),
      threads: threads.map((_, i) => (m) => this.#start(m, i)),
      names,
      check: (_m, results) => this.#check(results),
      stepLimit: STEP_LIMIT,
      nameOf: (_m, at) => this.#memory.nameOf(at),
      show: (at, value) => this.#memory.show(at, value),
      blame: (thrown) => tellThrown(thrown, this.#places, ''),
      exploresModule: true,
    };
  }

  /** Returns the coroutine of thread `index`. The first to start makes the state. */
  #start(m: Int32Array, index: number): Coroutine {
    if (index === 0) {
      this.#memory.begin(m.length);
      this.#setUp(m);
    }
    const own = this.#setting.operations[index];
    if (own.length === 0) return nothing();
    const fn = this.#core.threads[index] as Suspending;
    const args = this.#core.operations === undefined ? [this.#state] : [this.#state, own];
    return fn.$co === undefined ? whole(this.#core, fn, args) : fn.$co(...args);
  }

  #setUp(m: Int32Array): void {
    const { $invariant, setup, invariant } = this.#core;
    if ($invariant !== undefined) $invariant.check = null;
    this.#core.$bind(this.#memory);
    this.#core.$begin(m);
    this.#state = blaming(this.#path, 'setup', this.#places, () => this.#core.$quietly(setup, []));
    if ($invariant !== undefined && invariant !== undefined) $invariant.check = () => this.#checkInvariant(invariant);
  }

  /** Code under test may catch what is thrown here; so the engine is told, too. */
  #checkInvariant(invariant: NonNullable<OrdinaryExports['invariant']>): void {
    const facts = this.#judge('invariant', () => this.#core.$quietly(invariant, [this.#state]));
    if (facts.length === 0) return;
    const violation = new Violation('invariant', facts);
    this.#core.$stop(violation);
    throw violation;
  }

  #check(results: readonly unknown[]): string {
    const { $invariant, check } = this.#core;
    if ($invariant !== undefined) $invariant.check = null;
    if (check === undefined) return '';
    return this.#judge('check', () => this.#core.$quietly(check, [this.#state, results])).join('\n');
  }

  /** Returns what `judge` objects to: its sentence, what it threw, or that it returned false. */
  #judge(name: string, judge: () => unknown): readonly string[] {
    try {
      const answer = judge();
      if (answer === undefined || answer === null || answer === true || answer === '') return [];
      return [typeof answer === 'string' ? answer : `${name} returned ${String(answer)}`];
    } catch (error) {
      return [messageOf(error), ...tellThrown(error, this.#places, '').slice(1)];
    }
  }
}

function* nothing(): Coroutine<void> {}

/** A thread that can't be suspended, which is right only if it touches no shared memory. */
function* whole(core: Control, fn: (...args: unknown[]) => unknown, args: readonly unknown[]): Coroutine {
  yield* [];
  const before = core.$ran();
  const result = fn(...args);
  if (core.$ran() !== before) throw new UsageError(`a thread runs without a break, for it is a function that can't be suspended: list a function that calls ${fn.name === '' ? 'it' : fn.name}`);
  if (typeof (result as Partial<Iterator<unknown>> | undefined)?.next === 'function') throw new UsageError('a thread is a generator, which nothing runs: list a function that runs it');
  return result;
}
