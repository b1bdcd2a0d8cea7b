/** A race in words: two accesses to a word of which nothing says which comes first. */
import { nameWord } from '../../../inspect/name-word.ts';
import { Violation } from '../../execution.ts';
import { formatSite, type Site, type SiteKind } from '../../../rewrite/sites.ts';

/** One of the two accesses. */
export interface Side {
  readonly thread: number;
  readonly site: number;
  /** Which access of the execution it was, counted from 0 over all threads. */
  readonly number: number;
  /** Sites of the calls that it was made in, outermost first; null while nobody has looked. */
  readonly stack: readonly number[] | null;
}

export interface Race {
  readonly word: number;
  readonly earlier: Side;
  readonly later: Side;
}

/** What it takes to put a race into words. */
export interface RaceWords {
  readonly m: Int32Array;
  readonly sites: readonly Site[];
  /** What the threads are called. */
  readonly names: readonly string[];
  /** Names a word of ordinary code; by default words have their declared names. */
  readonly nameOf?: (word: number) => string;
}

/** Ends the execution at the later access. */
export class RaceFound extends Violation {
  readonly race: Race;
  readonly words: RaceWords;

  constructor(race: Race, words: RaceWords) {
    super('race', describeRace(race, words));
    this.race = race;
    this.words = words;
  }
}

/** A line for the word, one for each access, and one for each call that led to it. */
export function describeRace({ word, earlier, later }: Race, words: RaceWords): string[] {
  return [
    `${words.nameOf?.(word) ?? nameWord(words.m, word)} is accessed by two threads, and nothing orders them`,
    ...describeSide(earlier, words),
    ...describeSide(later, words),
  ];
}

function describeSide({ thread, site, number, stack }: Side, { names, sites }: RaceWords): string[] {
  const name = names[thread] ?? `thread ${thread}`;
  const calls = [...(stack ?? [])].reverse().map((call) => `  called at ${formatSite(sites[call])}`);
  return [`${name} ${verb(sites[site])} at ${formatSite(sites[site])} (access ${number})`, ...calls];
}

const VERBS: Readonly<Record<SiteKind, string>> = {
  load: 'loads',
  store: 'stores',
  'byte load': 'loads a byte',
  'byte store': 'stores a byte',
  'atomic load': 'loads atomically',
  'atomic store': 'stores atomically',
  rmw: 'changes it atomically',
  cas: 'changes it atomically',
  wait: 'waits',
  notify: 'notifies',
  fill: 'fills',
  copy: 'copies',
  spin: 'spins',
  call: 'calls',
};

function verb({ kind, fn }: Site): string {
  return fn.startsWith('racy') ? `${VERBS[kind]} racily` : VERBS[kind];
}
