/**
 * A scenario over ordinary code: `setup` makes the state, `threads` share it, `check` and `invariant` judge it.
 *
 * Each execution begins with a new state: setup runs again, before the first thread. Threads without operations of
 * their own have one, 'run', so that shrinking can leave out a whole thread.
 */
import { UsageError } from '../../base/fatal.ts';
import type { Control, Coroutine } from '../../rewrite/generated.ts';
import { formatSite, type Site } from '../../rewrite/sites.ts';
import { Violation } from '../execution.ts';
import type { Monitor } from '../monitor.ts';
import type { Operations } from '../scenarios/operation.ts';
import type { Prepared, Scenario, Setting } from '../scenarios/scenario.ts';
import { tinyShape } from '../scenarios/tiny-shape.ts';
import { blaming, messageOf, tellThrown, type Places } from '../user-throws.ts';
import type { OrdinaryCore, Suspending } from './core.ts';
import { checkOperations, checkSpecified, unusable, type OrdinaryExports } from './exports.ts';
import { OrdinaryMemory } from './memory.ts';
import { OrdinaryRaces } from './races.ts';
import { racySites } from './racy-places.ts';
import { SpecifiedThreads } from './specified.ts';
import { Starvation } from './starvation.ts';

/** More accesses than the threads of a small scenario make: beyond, an execution counts as endless. */
const STEP_LIMIT = 20_000;
const RUN: Operations[number] = [['run']];

/** What is known of the generated module. */
interface Built {
  readonly places: Places;
  readonly sites: readonly Site[];
}

/** Returns the scenario of the module at `path`, which is its name. */
export function describeOrdinary(path: string, core: OrdinaryCore, built: Built): Scenario {
  const { threads, operations } = core;
  const { places } = built;
  core.$about.racy = racySites(path, core.racy, built.sites);
  core.$about.watchesRaces = core.races === true;
  const usual = operations === undefined ? threads!.map(() => RUN) : operationsOf(path, core, operations, places);
  return {
    name: path,
    summary: core.summary ?? '',
    runs: 'thread',
    knobs: [{ name: 'procs', summary: 'threads', values: [usual.length] }],
    shape: ({ procs }) => tinyShape({ procs, arenaPages: 8 }),
    operations: () => usual,
    prepare: (_core, setting) => new Preparation(path, core, built, setting).prepared(),
  };
}

/** Returns the lists of the threads. @throws UsageError if the scenario can't use them */
function operationsOf(path: string, { threads, spec, atEnd = [], $quietly }: OrdinaryCore, given: NonNullable<OrdinaryExports['operations']>, places: Places): Operations {
  const lists = checkOperations(path, typeof given === 'function' ? blaming(path, 'operations', places, () => $quietly(given, [])) : given, threads?.length);
  if (spec !== undefined) checkSpecified(path, spec, [...lists, atEnd]);
  return lists;
}

class Preparation {
  readonly #path: string;
  readonly #core: OrdinaryCore;
  readonly #places: Places;
  readonly #sites: readonly Site[];
  readonly #setting: Setting;
  readonly #memory = new OrdinaryMemory();
  readonly #names: readonly string[];
  readonly #specified: SpecifiedThreads | undefined;
  readonly #watchers: readonly Monitor[];
  #state: unknown;

  constructor(path: string, core: OrdinaryCore, { places, sites }: Built, setting: Setting) {
    this.#path = path;
    this.#core = core;
    this.#places = places;
    this.#sites = sites;
    this.#setting = setting;
    this.#names = core.threadNames ?? namesOf(core.threads ?? setting.operations.map(() => ({ name: '' })));
    core.$about.names = this.#names;
    const { spec, starvation: bound } = core;
    const options = { sites, names: this.#names, countsOperations: spec !== undefined, onFound: (found: Violation) => core.$stop(found) };
    const starvation = bound === undefined ? undefined : new Starvation({ bound, ...options });
    this.#watchers = [...(core.races === true ? [new OrdinaryRaces(core, sites)] : []), ...(starvation === undefined ? [] : [starvation])];
    if (spec !== undefined) this.#specified = blaming(path, 'spec', places, () => new SpecifiedThreads(path, core, spec, this.#names, starvation));
  }

  prepared(): Prepared {
    const specified = this.#specified;
    // A first setup tells how much memory there is.
    this.#memory.begin();
    this.#setUp(new Int32Array(0));
    return {
      template: new Int32Array(this.#memory.wordsNeeded),
      threads: this.#names.map((_, i) => (m) => this.#start(m, i)),
      names: this.#names,
      check: (_m, results) => this.#check(results),
      stepLimit: STEP_LIMIT,
      nameOf: (_m, at) => this.#memory.nameOf(at),
      show: (at, value) => this.#memory.show(at, value),
      blame: (thrown) => tellThrown(thrown, this.#places, ''),
      exploresModule: true,
      placeOf: (site) => formatSite(this.#sites[site]),
      trial: { begin: () => this.#stop(), restore: (m) => this.#memory.restore(m) },
      ...(this.#watchers.length > 0 && { watchers: this.#watchers }),
      waitsAsync: this.#core.$waitsAsync === true,
      isWatched: this.#core.invariant !== undefined,
      isTimed: specified !== undefined && this.#core.consistency !== 'sequential',
      ...(specified && { mayWait: () => specified.mayWait(), story: () => specified.draw(), history: () => specified.tell() }),
    };
  }

  /** What the threads do from now on is no part of the execution. */
  #stop(): void {
    const { $invariant } = this.#core;
    if ($invariant !== undefined) $invariant.check = null;
    this.#specified?.stop();
  }

  /** Returns the coroutine of thread `index`. The first to start makes the state. */
  #start(m: Int32Array, index: number): Coroutine {
    if (index === 0) {
      this.#memory.begin(m.length);
      this.#setUp(m);
      this.#specified?.begin();
    }
    const own = this.#setting.operations[index];
    if (own.length === 0) return nothing();
    if (this.#specified !== undefined) {
      const coroutine = this.#specified.run(index, this.#state, own);
      return this.#core.$isAsync === true ? this.#core.$thread(coroutine) : coroutine;
    }
    const fn = this.#core.threads![index] as Suspending;
    const args = this.#core.operations === undefined ? [this.#state] : [this.#state, own];
    const coroutine = fn.$co === undefined ? whole(this.#core, fn, args) : fn.$co(...args);
    return this.#core.$isAsync === true ? this.#core.$thread(coroutine) : coroutine;
  }

  #setUp(m: Int32Array): void {
    const { $invariant, setup, invariant } = this.#core;
    if ($invariant !== undefined) $invariant.check = null;
    this.#core.$bind(this.#memory);
    this.#core.$begin(m);
    this.#state = blaming(this.#path, 'setup', this.#places, () => this.#core.$quietly(setup, []));
    if (this.#core.$isAsync === true && this.#core.$isPromise(this.#state)) throw unusable(this.#path, 'its setup is async; make the state in an ordinary function');
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
    const facts = check === undefined ? [] : this.#judge('check', () => this.#core.$quietly(check, [this.#state, results]));
    if (facts.length > 0 || this.#specified === undefined) return facts.join('\n');
    return this.#judgeHistory(this.#specified).join('\n');
  }

  #judgeHistory(specified: SpecifiedThreads): readonly string[] {
    try {
      return specified.judge(this.#state);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      return tellThrown(error, this.#places, 'spec');
    }
  }

  /** Returns what `judge` objects to: its sentence, what it threw, or that it returned false. */
  #judge(name: string, judge: () => unknown): readonly string[] {
    try {
      const answer = judge();
      if (this.#core.$isAsync === true && this.#core.$isPromise(answer)) return [`${name} is async; judge in an ordinary function`];
      if (answer === undefined || answer === null || answer === true || answer === '') return [];
      return [typeof answer === 'string' ? answer : `${name} returned ${String(answer)}`];
    } catch (error) {
      return [messageOf(error), ...tellThrown(error, this.#places, '').slice(1)];
    }
  }
}

/** Returns the names of the threads; those without a name, or with one of several, have a number. */
function namesOf(threads: readonly { readonly name: string }[]): readonly string[] {
  return threads.map(({ name }, i) => (name === '' || threads.some((other, j) => j !== i && other.name === name) ? `${name === '' ? 'thread' : name} ${i + 1}` : name));
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
