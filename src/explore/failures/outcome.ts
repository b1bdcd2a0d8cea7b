/** The outcome of an execution in words, and the comparison of outcomes. */
import { inWords } from '../../base/suggest.ts';
import { plural } from '../../base/units.ts';
import { HeapBroken } from '../../run/errors.ts';
import { describeMachine } from '../../inspect/machine-state.ts';
import { nameWord } from '../../inspect/name-word.ts';
import { Violation, type Blocked, type Execution, type Verdict } from '../execution.ts';
import type { ToldHistory } from '../oracles/history.ts';
import type { Prepared } from '../scenarios/scenario.ts';

export interface Outcome {
  readonly verdict: Verdict;
  /** The thread that threw; '' if none did. */
  readonly thread: string;
  /** Findings, one line each; for threads that wait for ever, where each waits and what the machine was doing. */
  readonly facts: readonly string[];
  /** The oracle found the problem at a checkpoint. */
  readonly atCheckpoint: boolean;
  /** For threads that wait for ever: the words and places they wait at, sorted, each once. */
  readonly waits: readonly string[];
  /** The part at fault: the explored source, or a user's scenario. */
  readonly fault: 'core' | 'scenario';
  /** The operations of the threads, if a spec judges them. */
  readonly history?: ToldHistory;
}

/** Verdicts about threads that wait or loop. */
const WAITS: ReadonlySet<string> = new Set(['deadlock', 'lost-wakeup', 'livelock', 'step-limit']);
/** Words of a loop that are named. */
const MOST_WORDS = 8;

/** What an outcome takes names from. */
export type Named = Pick<Prepared, 'names' | 'nameOf' | 'placeOf' | 'blame' | 'exploresModule' | 'story' | 'history'>;

/** @param m the memory that the execution left */
export function outcomeOf(execution: Execution, named: Named, m: Int32Array): Outcome {
  const { verdict, error, thread, blocked } = execution;
  const facts = factsOf(execution, named);
  const isWait = WAITS.has(verdict);
  if (isWait) {
    const others = blocked.filter((each) => each.thread !== execution.lost?.thread);
    facts.splice(0, 1, ...lostLines(execution, named, m), ...others.map((each) => waiterLine(each, named, m)), ...fairLines(execution, named, m), ...(named.exploresModule ? named.story?.() ?? [] : machineLines(m)));
  }
  return {
    verdict,
    thread: thread < 0 ? '' : named.names[thread],
    facts,
    atCheckpoint: error instanceof HeapBroken,
    ...(verdict !== 'ok' && named.history !== undefined && { history: named.history() }),
    waits: isWait ? waitsOf(blocked, named, m) : [],
    fault: named.blame !== undefined && !named.exploresModule && (verdict === 'exception' || isRefusal(error)) ? 'scenario' : 'core',
  };
}

/** Errors for an argument that is wrong in any interleaving. */
const REFUSALS: ReadonlySet<unknown> = new Set(['GLOBAL_OUT_OF_RANGE', 'INT_OUT_OF_RANGE', 'PARFOR_OUT_OF_RANGE', 'PARFOR_INVALID_TID', 'SPECIAL_ON_INVALID_POINTER']);

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'Fatal' && REFUSALS.has((error as Error & { code?: unknown }).code);
}

function factsOf({ verdict, error, detail, calls }: Execution, { blame }: Named): string[] {
  if (error instanceof HeapBroken) return [...error.problems];
  if (error instanceof Violation) return [...error.facts];
  if (blame !== undefined && error !== null) {
    const [message, ...more] = blame(error, calls);
    // A call of fatal is deliberate: only its place is added.
    return verdict === 'exception' ? [message, ...more] : [...detail.split('\n'), ...more.filter((line) => line.startsWith('at '))];
  }
  return detail === '' ? [] : detail.split('\n');
}

/** Returns where each thread of `blocked` waits: names of its words, without numbers of records, and sites of its calls. */
function waitsOf(blocked: readonly Blocked[], named: Named, m: Int32Array): string[] {
  const waits = blocked.map(({ words, loops, isIdle, site, calls }) => {
    const names = words.map((word) => nameIn(m, word, named).replace(/(?<=[A-Za-z] |\b[MP])\d+/g, '#'));
    return `${loops ? 'loops' : isIdle ? 'awaits' : 'sleeps'} ${names.join()} ${[...calls, ...(loops ? [] : [site])].join('>')}`;
  });
  return [...new Set(waits)].sort();
}

/** Returns the name of the word `at`: the scenario's own, or else the declared one. */
export function nameIn(m: Int32Array, at: number, { nameOf }: Pick<Named, 'nameOf'>): string {
  return nameOf?.(m, at) ?? nameWord(m, at);
}

function wordsInText(m: Int32Array, words: readonly number[], named: Named): string {
  const names = words.slice(0, MOST_WORDS).map((word) => nameIn(m, word, named));
  const more = words.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : inWords(names);
}

function waiterLine({ thread, site, words, loops, isIdle }: Blocked, named: Named, m: Int32Array): string {
  const place = named.placeOf?.(site);
  if (isIdle && words.length === 0) return `${named.names[thread]} awaits a promise that nothing will settle${place === undefined ? '' : `: ${place}`}`;
  return `${named.names[thread]} ${loops ? 'loops over' : isIdle ? 'waits, by Atomics.waitAsync, on' : 'sleeps on'} ${wordsInText(m, words, named)}`;
}

/** Returns lines about the thread that has lost a wake-up; none if none has. */
function lostLines({ lost }: Execution, named: Named, m: Int32Array): string[] {
  if (lost === null) return [];
  const { thread, site, index, isIdle, step, hasChanged, notify } = lost;
  const [name, word] = [named.names[thread], nameIn(m, index, named)];
  const at = (place: number) => named.placeOf?.(place) ?? `site ${place}`;
  return [
    `${name} ${isIdle ? 'waits' : 'sleeps'} on ${word}, and would go on if it were woken: ${at(site)}`,
    `it began to wait after access ${step}${hasChanged ? `; ${word} has changed since` : ''}`,
    notify === null
      ? `no thread has notified ${word}`
      : `the last notify of ${word} came ${notify.step <= step ? 'too early' : 'later'}, after access ${notify.step}, and woke ${notify.woken === 0 ? 'no thread' : plural(notify.woken, 'thread')}: ${named.names[notify.thread]} at ${at(notify.site)}`,
  ];
}

/** Returns lines about how threads go on after the limit on accesses, if each gets its turn. */
function fairLines({ fair, blocked }: Execution, named: Named, m: Int32Array): string[] {
  if (fair === null) return [];
  if (fair.kind === 'ends') return [`if every thread gets its turn from there, all end after ${plural(fair.accesses, 'more access', 'more accesses')}: the strategy has starved a thread, or the limit is too low`];
  const places = blocked.flatMap(({ thread, sites = [] }) => sites.map((site) => named.placeOf?.(site)).filter((place) => place !== undefined).map((place) => `  ${named.names[thread]}: ${place}`));
  const what = fair.kind === 'livelock' ? 'and yet each would end if it made many accesses before the next thread makes one' : 'an endless loop, or one that ends after so many laps';
  const counting = fair.counters.length === 0 ? '' : `, while ${wordsInText(m, fair.counters, named)} ${fair.counters.length === 1 ? 'counts' : 'count'}`;
  return [`if every thread gets its turn they repeat the same ${plural(fair.lap, 'access', 'accesses')} exactly, lap after lap${counting}: ${what}${places.length > 0 ? '; the accesses are' : ''}`, ...places];
}

function machineLines(m: Int32Array): string[] {
  try {
    return describeMachine(m).split('\n');
  } catch (error) {
    // A bug may have overwritten the references to the records.
    return [`the records of the machine can't be read: ${(error as Error).message}`];
  }
}

/** Returns the reason of a failure, independent of the threads involved: the code of the first fact, or its words without numbers. */
export function codeOf({ verdict, facts: [first = ''] }: Pick<Outcome, 'verdict' | 'facts'>): string {
  // Different runs of one failure end with different threads waiting.
  if (WAITS.has(verdict)) return '';
  return /^[A-Z][A-Z0-9_]+\b/.exec(first)?.[0] ?? first.replace(/\d+/g, '#');
}

/** Reports whether two outcomes are the same failure: same verdict, same code, and threads that wait at the same places for the same words. */
export function failsAlike(one: Reason, other: Reason): boolean {
  return one.verdict === other.verdict && codeOf(one) === codeOf(other) && (one.waits === undefined || other.waits === undefined || one.waits.join() === other.waits.join());
}

/** Returns a key of the failure. A recorded failure has no information about waits. */
type Reason = Pick<Outcome, 'verdict' | 'facts'> & Partial<Pick<Outcome, 'waits'>>;
