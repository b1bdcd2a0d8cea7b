/** Every strategy by the name that commands and failures use. */
import { UsageError } from '../../../base/fatal.ts';
import type { Strategy } from '../strategy.ts';
import { Portfolio } from './portfolio.ts';
import { parsePreemptions, ReplayPreemptions } from './preemptions.ts';
import { RandomWalk } from './random-walk.ts';

export interface StrategyEntry {
  /** How it is asked for, with a typical parameter. */
  readonly spec: string;
  readonly summary: string;
  /** From what follows the name and a colon, '' if nothing does. @throws UsageError */
  readonly make: (parameters: string) => Strategy;
}

export const DEFAULT_STRATEGY = 'portfolio';

/** Who makes the execution with seed 0, 1, …, and again from the start. */
const TURNS = ['random:10', 'uniform', 'random:100'];

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

/** Nothing, for a strategy without parameters. */
function bare(name: string, parameters: string): undefined {
  if (parameters !== '') throw new UsageError(`strategy ${name} takes no parameters, not '${parameters}'`);
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`strategy ${name} takes a whole number from ${least} to ${most}, as ${name}:${least}, not '${text}'`);
  }
  return value;
}
