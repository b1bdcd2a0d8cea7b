/**
 * Judges histories by a sequential specification.
 *
 * Most executions of a scenario share a few histories, so the judge remembers verdicts. If a history has no order, the judge
 * looks for the call to blame, which is the first that makes the history impossible, and for what it should have returned.
 */
import { serialize } from 'node:v8';
import { isDeepStrictEqual } from 'node:util';
import { inWords } from '../../base/suggest.ts';
import { drawHistory, nameOfCall, valueText } from './draw-history.ts';
import { findOrder, type OrderAnswer, type OrderProblem } from './find-order.ts';
import { CONSISTENCIES, isPending, predecessors, type Call, type Consistency, type History, type ToldCall, type ToldHistory } from './history.ts';
import { SpecRunner, type ModelText, type Spec } from './spec.ts';

/** Most models that one search visits. */
const MOST_STATES = 50_000;
/** Most histories that are remembered. */
const MOST_KNOWN = 20_000;
/** Most values that a message lists. */
const MOST_VALUES = 4;

export interface JudgeOptions {
  readonly spec: Spec;
  readonly consistency: Consistency;
  /** By thread, its name. */
  readonly names: readonly string[];
  /** The thread that makes its calls after the others have ended. */
  readonly joiner: number;
  readonly mostStates?: number;
}

/** A call that no order explains, and the values that the spec allows it to return. */
interface Blame {
  readonly call: Call;
  readonly allowed: readonly unknown[];
}

export class Judge {
  readonly #runner: SpecRunner;
  readonly #options: JudgeOptions;
  /** The call to blame for the last history that was judged. */
  #blamed: Call | undefined;
  /** Histories, and whether they have an order. */
  readonly #known = new Map<string, boolean>();

  /** @throws what the spec's `init` throws */
  constructor(options: JudgeOptions) {
    this.#options = options;
    this.#runner = new SpecRunner(options.spec);
  }

  /** Returns what is wrong with `history`, in which no call is pending, one line each, with a drawing; empty if it has an order. */
  judge(history: History): readonly string[] {
    this.#blamed = undefined;
    const before = this.#before(history);
    const key = keyOf(history, before);
    if (this.#known.get(key) === true) return [];
    const { order, gaveUp } = this.#search(history, before);
    if (gaveUp) return [`HISTORY_TOO_LONG: ${history.length} operations have more orders than can be tried: give the threads fewer operations`];
    if (order === null) return this.#explain(history);
    this.#remember(key, true);
    return [];
  }

  #remember(key: string, isRight: boolean): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, isRight);
  }

  /**
   * Reports whether the calls that are pending in `history` may wait for ever, because the spec's calls would. Returns undefined
   * if the history has more orders than can be tried.
   */
  mayWait(history: History): boolean | undefined {
    if (this.#options.spec.blocks === undefined) return false;
    const waiting = history.flatMap((call, i) => (isPending(call) ? [i] : []));
    const accepts = (model: ModelText, placed: bigint) => waiting.every((i) => ((placed >> BigInt(i)) & 1n) === 0n && this.#runner.step(model, history[i].operation) === undefined);
    const before = this.#before(history);
    const key = keyOf(history, before);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { order, gaveUp } = this.#search(history, before, { accepts });
    if (gaveUp) return undefined;
    this.#remember(key, order !== null);
    return order !== null;
  }

  /** Returns `history` as data. */
  tell(history: History): ToldHistory {
    const operations = history.map((call): ToldCall => {
      const { thread, operation: [name, ...args], began, ended, returned } = call;
      const isOver = !isPending(call);
      return { thread: this.#options.names[thread], name, arguments: args, begin: began, end: isOver ? ended : null, result: isOver ? valueText(returned) : null, isBlamed: call === this.#blamed };
    });
    return { consistency: this.#options.consistency, operations };
  }

  /** Returns the drawing of `history`. */
  draw(history: History, marked?: Call): readonly string[] {
    return drawHistory(history, this.#options.names, marked);
  }

  #before(history: History): bigint[] {
    return predecessors(history, this.#options.consistency, this.#options.joiner);
  }

  /** Looks for an order of `history`. What the call `free` returns is not compared, and is passed to `take`. */
  #search(history: History, before: readonly bigint[], more: Partial<OrderProblem<ModelText>> = {}, free?: Call, take?: (returned: unknown) => void): OrderAnswer {
    const runner = this.#runner;
    return findOrder({
      before,
      required: history.reduce((set, call, i) => (isPending(call) ? set : set | (1n << BigInt(i))), 0n),
      tries: history.map((_, i) => i).sort((a, b) => history[a].ended - history[b].ended),
      initial: runner.initial,
      mostStates: this.#options.mostStates ?? MOST_STATES,
      keyOf: (model) => model,
      apply(model, i) {
        const call = history[i];
        const stepped = runner.step(model, call.operation);
        if (stepped === undefined) return undefined;
        if (call === free) take?.(stepped.returned);
        return isPending(call) || call === free || isDeepStrictEqual(stepped.returned, call.returned) ? stepped.model : undefined;
      },
      ...more,
    });
  }

  #explain(history: History): string[] {
    const code = CONSISTENCIES[this.#options.consistency];
    const blame = this.#blame(history);
    if (blame === undefined) return [`${code}: no order of the operations returns these values`, ...this.draw(history)];
    const { call, allowed } = blame;
    this.#blamed = call;
    const { names, joiner } = this.#options;
    const name = `${nameOfCall(call)} ${call.thread === joiner ? '' : 'of '}${names[call.thread]} returned ${valueText(call.returned)}`;
    const values = allowed.slice(0, MOST_VALUES).map(valueText);
    const other = values.length > 0 ? `by the spec it returns ${inWords(values, 'or')}${allowed.length > values.length ? ' and others' : ''}` : 'by the spec it has no place';
    return [`${code}: ${name}, but ${other}`, ...this.draw(history, call)];
  }

  /** Finds the call that has no place: of two, the one that ended first. */
  #blame(history: History): Blame | undefined {
    const byEnd = history.filter((call) => !isPending(call)).sort((a, b) => a.ended - b.ended);
    for (const call of byEnd) {
      // A later call can't explain an earlier value, except for the weaker consistencies.
      const seen = this.#options.consistency === 'linearizable' ? until(history, call) : history;
      if (seen !== history && this.#search(seen, this.#before(seen)).order !== null) continue;
      const allowed = this.#allowed(seen, call);
      if (seen !== history || allowed.length > 0) return { call, allowed };
    }
    return undefined;
  }

  /** Returns the values that `call` may return while the others of `history` return what they do. */
  #allowed(history: History, call: Call): unknown[] {
    const before = this.#before(history);
    const returned: unknown[] = [];
    const take = (value: unknown) => {
      if (!returned.some((each) => isDeepStrictEqual(each, value))) returned.push(value);
    };
    // Nothing is accepted, so every order is tried.
    this.#search(history, before, { accepts: () => false }, call, take);
    return returned.filter((value) => this.#search(history.map((each) => (each === call ? { ...call, returned: value } : each)), before).order !== null);
  }
}

/** Returns `history` as it was when `last` ended: calls that had begun are pending. */
function until(history: History, last: Call): History {
  return history.flatMap((call) => {
    if (call.ended <= last.ended) return [call];
    return call.began <= last.ended ? [{ ...call, ended: Infinity, returned: undefined }] : [];
  });
}

/** Returns a text that is equal for histories with the same operations if the same orders explain them. */
function keyOf(history: History, before: readonly bigint[]): string {
  return `${before.join()} ${history.map((call) => `${call.operation.join()}${isPending(call) ? '…' : `=${resultKey(call.returned)}`}`).join(';')}`;
}

function resultKey(returned: unknown): string {
  if (typeof returned === 'number' || returned === undefined || typeof returned === 'boolean') return Object.is(returned, -0) ? '-0' : String(returned);
  try {
    return serialize(returned).toString('latin1');
  } catch {
    throw new Error(`an operation returned what no spec can return: ${valueText(returned)}`);
  }
}
