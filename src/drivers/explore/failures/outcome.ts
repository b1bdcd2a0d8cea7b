/** What an execution came to, in words; and whether two came to the same. */
import { inWords } from '../../../base/suggest.ts';
import { HeapBroken } from '../../errors.ts';
import { describeMachine } from '../../machine-state.ts';
import { nameWord } from '../../name-word.ts';
import { Violation, type Execution, type Verdict } from '../execution.ts';

export interface Outcome {
  readonly verdict: Verdict;
  /** Who threw; '' if nobody did. */
  readonly thread: string;
  /** What was found, a line each; where threads wait for ever, and what the machine was doing. */
  readonly facts: readonly string[];
  /** An oracle said so, at a checkpoint. */
  readonly atCheckpoint: boolean;
}

/** Words of a loop that are named. */
const MOST_WORDS = 8;

/** @param names of the threads; @param m as the execution left it */
export function outcomeOf({ verdict, error, detail, thread, blocked }: Execution, names: readonly string[], m: Int32Array): Outcome {
  const facts = error instanceof HeapBroken ? [...error.problems] : error instanceof Violation ? [...error.facts] : detail === '' ? [] : detail.split('\n');
  if (verdict === 'deadlock' || verdict === 'livelock' || verdict === 'step-limit') {
    facts.splice(0, 1, ...blocked.map(({ thread: of, words, loops }) => `${names[of]} ${loops ? 'loops over' : 'sleeps on'} ${wordsInText(m, words)}`), ...machineLines(m));
  }
  return { verdict, thread: thread < 0 ? '' : names[thread], facts, atCheckpoint: error instanceof HeapBroken };
}

function wordsInText(m: Int32Array, words: readonly number[]): string {
  const names = words.slice(0, MOST_WORDS).map((word) => nameWord(m, word));
  const more = words.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : inWords(names);
}

function machineLines(m: Int32Array): string[] {
  try {
    return describeMachine(m).split('\n');
  } catch (error) {
    // A bug may have written over what leads to the records.
    return [`the records of the machine can't be read: ${(error as Error).message}`];
  }
}

/** What is the matter, without whom it befell: the code of the first fact, or its words without numbers. */
export function codeOf({ verdict, facts: [first = ''] }: Pick<Outcome, 'verdict' | 'facts'>): string {
  // Who waits where in the end differs between runs into the same trap.
  if (verdict === 'deadlock' || verdict === 'livelock' || verdict === 'step-limit') return '';
  return /^[A-Z][A-Z0-9_]+\b/.exec(first)?.[0] ?? first.replace(/\d+/g, '#');
}

/** The same verdict, for the same reason. */
export function failsAlike(one: Pick<Outcome, 'verdict' | 'facts'>, other: Pick<Outcome, 'verdict' | 'facts'>): boolean {
  return one.verdict === other.verdict && codeOf(one) === codeOf(other);
}
