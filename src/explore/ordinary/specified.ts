/**
 * The threads of a scenario with a spec: each calls its operations one after the other, and their history is kept and
 * judged.
 *
 * An operation begins with its first access and ends with its last: what a thread does in between two accesses, no other
 * thread can see. So the intervals are as short as they may be, and the judge is as strict as it may be.
 */
import type { Coroutine } from '../../rewrite/generated.ts';
import type { Call, ToldHistory } from '../oracles/history.ts';
import { Judge } from '../oracles/judge.ts';
import type { Operation } from '../scenarios/operation.ts';
import type { OrdinaryCore, Suspending } from './core.ts';
import type { Starvation } from './starvation.ts';
import { unusable, type OrdinaryExports } from './exports.ts';

/** Name of the thread that makes the calls at the end. */
const AT_END = 'at the end';

const UNKNOWN = 'unknown: the operations have more orders than can be tried, so by the spec the threads may be right to wait; give the threads fewer operations';

export class SpecifiedThreads {
  readonly #path: string;
  readonly #core: OrdinaryCore;
  readonly #judge: Judge;
  readonly #joiner: number;
  readonly #starvation: Starvation | undefined;
  #history: Call[] = [];
  /** The search was given up for whether the threads may wait. */
  #isUnknown = false;

  /** @param names of the threads @param starvation told when operations begin and end */
  constructor(path: string, core: OrdinaryCore, spec: NonNullable<OrdinaryExports['spec']>, names: readonly string[], starvation?: Starvation) {
    this.#starvation = starvation;
    this.#path = path;
    this.#core = core;
    this.#joiner = names.length;
    const { consistency = 'linearizable' } = core;
    this.#judge = core.$quietly(() => new Judge({ spec, consistency, names: [...names, AT_END], joiner: names.length }), []);
  }

  /** Begins an execution. */
  begin(): void {
    this.#history = [];
    this.#isUnknown = false;
  }

  /** Returns the coroutine of a thread, which returns what its operations return. */
  *run(thread: number, state: unknown, operations: readonly Operation[]): Coroutine<unknown[]> {
    const core = this.#core;
    const results: unknown[] = [];
    for (const operation of operations) {
      const { fn, self, args } = this.#callOf(state, operation);
      const call: Call = { thread, operation, began: 0, ended: Infinity, returned: undefined };
      this.#history.push(call);
      core.$called(call);
      this.#starvation?.begins(thread);
      let returned: unknown;
      if (fn.$co === undefined) returned = fn.apply(self, args);
      else {
        const coroutine = fn.$co.apply(self, args);
        const step = coroutine.next();
        // As generated code does it (rewrite/ordinary/awaited.ts): the engine resumes the innermost coroutine.
        if (step.done !== true) core.$push(coroutine);
        returned = step.done === true ? step.value : yield step.value;
      }
      if (core.$isAsync === true) returned = yield* core.$settled(returned);
      core.$left(call);
      this.#starvation?.getsOn(thread);
      call.returned = returned;
      results.push(returned);
    }
    return results;
  }

  /** Makes the calls at the end, and judges the history. Returns what is wrong with it, one line each. */
  judge(state: unknown): readonly string[] {
    const { atEnd = [], $quietly } = this.#core;
    let moment = Math.max(0, ...this.#history.map(({ ended }) => ended));
    for (const operation of atEnd) {
      const { fn, self, args } = this.#callOf(state, operation);
      moment++;
      this.#history.push({ thread: this.#joiner, operation, began: moment, ended: moment, returned: $quietly(() => fn.apply(self, args), []) });
    }
    return $quietly(() => this.#judge.judge(this.#history), []);
  }

  /** Keeps the history as it is, although threads go on. */
  stop(): void {
    this.#history = this.#history.map((call) => ({ ...call }));
  }

  /** Reports whether the threads that wait for ever are right to do so. */
  mayWait(): boolean {
    const mayWait = this.#core.$quietly(() => this.#judge.mayWait(this.#history), []);
    this.#isUnknown = mayWait === undefined;
    return mayWait === true;
  }

  /** Returns the history as data. */
  tell(): ToldHistory {
    return this.#judge.tell(this.#history);
  }

  /** Returns the drawing of the history, in which calls may be pending. */
  draw(): readonly string[] {
    if (this.#history.length === 0) return [];
    return [...(this.#isUnknown ? [UNKNOWN] : []), ...this.#judge.draw(this.#history)];
  }

  /** Returns what to call for `operation`. @throws UsageError if there is nothing */
  #callOf(state: unknown, [name, ...args]: Operation): { readonly fn: Suspending; readonly self: unknown; readonly args: unknown[] } {
    const action = this.#core.actions?.[name];
    if (action !== undefined) return { fn: action as Suspending, self: undefined, args: [state, ...args] };
    const method = (state as Record<string, unknown> | null | undefined)?.[name];
    if (typeof method !== 'function') throw unusable(this.#path, `setup() returns nothing with a method ${name}: export actions = { ${name}(state, …) { … } }`);
    return { fn: method as Suspending, self: state, args };
  }
}
