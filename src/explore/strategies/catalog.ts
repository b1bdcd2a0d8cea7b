/** Every strategy by the name that commands and failures use. */
import { UsageError } from '../../base/fatal.ts';
import type { Strategy } from '../strategy.ts';
import { Chaos } from './chaos.ts';
import { DepthFirst } from './depth-first.ts';
import { Pct } from './pct.ts';
import { Portfolio } from './portfolio.ts';
import { Pos } from './pos.ts';
import { parsePreemptions, RecordPreemptions, ReplayPreemptions } from './preemptions.ts';
import { RandomWalk } from './random-walk.ts';
import { Weighted } from './weighted.ts';

export interface StrategyEntry {
  /** How it is asked for, with a typical parameter. */
  readonly spec: string;
  readonly summary: string;
  /** From what follows the name and a colon, '' if nothing does. @throws UsageError */
  readonly make: (parameters: string) => Strategy;
}

export const DEFAULT_STRATEGY = 'portfolio';

/**
 * Who makes the execution with seed 0, 1, …, and again from the start. Of the planted bugs that
 * take more than a few executions, stretches of 10 and 100, the higher depths of PCT and POS
 * find most; but each strategy finds some that the others miss.
 */
const TURNS = [
  'random:10', 'pct:3', 'pos', 'random:100', 'chaos', 'pct:20', 'uniform', 'random:10',
  'pct:10', 'random:100', 'weighted', 'pos', 'pct:5', 'chaos', 'random:100', 'pct:2',
];
const LEAST_DEPTH = 2;
const MOST_DEPTH = 20;
const MOST = 1_000_000_000;

export const STRATEGIES: readonly StrategyEntry[] = [
  {
    spec: 'portfolio',
    summary: 'the others by turns, by seed',
    make: (parameters) => bare('portfolio', parameters) ?? portfolio(),
  },
  {
    spec: 'uniform',
    summary: 'at every access any thread is as likely as any other',
    make: (parameters) => bare('uniform', parameters) ?? new RandomWalk(1, 'uniform'),
  },
  {
    spec: 'random:10',
    summary: 'the same, but switching after so many accesses on average',
    make: (parameters) => new RandomWalk(whole('random', parameters, 1, 1_000_000)),
  },
  {
    spec: 'weighted',
    summary: 'each thread is as likely as it has accesses left, as far as former executions tell',
    make: weighted,
  },
  {
    spec: 'pct:3',
    summary: `random priorities, and so many minus 1 random moments at which whoever runs falls to the bottom; from ${LEAST_DEPTH} to ${MOST_DEPTH}`,
    make: pct,
  },
  {
    spec: 'pos',
    summary: 'random priorities of single accesses, drawn anew for those that conflict with the one made',
    make: (parameters) => bare('pos', parameters) ?? new Pos(),
  },
  {
    spec: 'chaos',
    summary: 'starves a thread for long stretches, or stalls threads that have just written',
    make: (parameters) => bare('chaos', parameters) ?? new Chaos(),
  },
  {
    spec: 'dfs:2',
    summary: 'every interleaving with up to so many preemptions, one by one; for small scenarios; sleepers wake late, never early',
    make: (parameters) => new RecordPreemptions(new DepthFirst(whole('dfs', parameters, 0, MOST))),
  },
  {
    spec: 'preemptions:0.57.2',
    summary: 'each thread runs until it sleeps or ends, but for these switches: thread.step.thread, joined by commas',
    make: (parameters) => new ReplayPreemptions(parsePreemptions(parameters)),
  },
];

/**
 * The strategy that `spec` names: 'random:10', 'portfolio', what a `Strategy` has as name or spec.
 * @throws UsageError when there is none, or it wants other parameters
 */
export function makeStrategy(spec: string): Strategy {
  const [name] = spec.split(':', 1);
  const entry = STRATEGIES.find((each) => nameOf(each) === name);
  if (entry === undefined) {
    const names = STRATEGIES.map(nameOf);
    throw new UsageError(`there is no strategy '${name}'; there are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
  }
  return entry.make(spec.slice(name.length + 1));
}

function nameOf({ spec }: StrategyEntry): string {
  return spec.split(':', 1)[0];
}

function portfolio(): Portfolio {
  const made = new Map(TURNS.map((spec) => [spec, makeStrategy(spec)]));
  return new Portfolio(TURNS.map((spec) => made.get(spec)!));
}

/** 'pct:3', or with the length of an execution: 'pct:3:1840'. */
function pct(parameters: string): Pct {
  const [depth, length, ...more] = parameters.split(':');
  if (more.length > 0) throw new UsageError(`strategy pct takes a depth and a length, as pct:3:1840, not '${parameters}'`);
  return new Pct(whole('pct', depth, LEAST_DEPTH, MOST_DEPTH), length === undefined ? undefined : whole('pct', length, 1, MOST));
}

/** 'weighted', or with the accesses of each thread: 'weighted:120,80'. */
function weighted(parameters: string): Weighted {
  return new Weighted(parameters === '' ? undefined : parameters.split(',').map((each) => whole('weighted', each, 0, MOST)));
}

/** Nothing, for a strategy without parameters. */
function bare(name: string, parameters: string): undefined {
  if (parameters !== '') throw new UsageError(`strategy ${name} takes no parameters, not '${parameters}'`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`strategy ${name} takes a whole number from ${least} to ${most}, not '${text}'`);
  }
  return value;
}
