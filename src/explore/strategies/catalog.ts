/**
 * The registry of strategies. Every command, completion and listing takes the strategies from here.
 *
 * A strategy stands in one file, which exports its entry, and takes one line of `STRATEGIES`. If the
 * default should use it too, it takes one line of `TURNS`.
 */
import { UsageError } from '../../base/fatal.ts';
import type { Strategy } from '../strategy.ts';
import { chaos } from './chaos.ts';
import { depthFirst } from './depth-first.ts';
import { dpor } from './dpor/dpor.ts';
import { nameOf, noParameters, type StrategyEntry } from './entry.ts';
import { pct } from './pct.ts';
import { Portfolio } from './portfolio.ts';
import { pos } from './pos.ts';
import { preemptions } from './preemptions.ts';
import { randomWalk, uniform } from './random-walk.ts';
import { weighted } from './weighted.ts';

/** The strategy of `explore` and `fuzz` unless another is asked for. */
export const DEFAULT_STRATEGY = 'portfolio';

/**
 * Strategies of the portfolio: the execution with seed i uses number i mod the length of the list.
 * Of the planted bugs that take more than a few executions, stretches of 10 and 100, POS and the
 * higher depths of PCT find most. Each strategy finds some that the others miss.
 */
export const TURNS: readonly string[] = [
  'random:10', 'pct:3', 'pos', 'random:100', 'chaos', 'pct:20', 'uniform', 'random:10',
  'pct:10', 'random:100', 'weighted', 'pos', 'pct:5', 'chaos', 'random:100', 'pct:2',
];

const portfolio: StrategyEntry = {
  spec: DEFAULT_STRATEGY,
  summary: 'the random strategies in turn; the seed decides which one makes an execution',
  make(parameters) {
    noParameters(DEFAULT_STRATEGY, parameters);
    // An execution of one spec learns from all former executions of that spec.
    const made = new Map(TURNS.map((spec) => [spec, makeStrategy(spec)]));
    return new Portfolio(TURNS.map((spec) => made.get(spec)!));
  },
};

/** All strategies, in the order in which `--list` shows them. */
export const STRATEGIES: readonly StrategyEntry[] = [
  portfolio,
  uniform,
  randomWalk,
  weighted,
  pct,
  pos,
  chaos,
  depthFirst,
  dpor,
  preemptions,
];

/**
 * Makes the strategy that `spec` names: `random:10`, `portfolio`, or the name or spec of any `Strategy`.
 * @throws UsageError if there is no such strategy, or it takes other parameters
 */
export function makeStrategy(spec: string): Strategy {
  const name = nameOf({ spec });
  const entry = STRATEGIES.find((each) => nameOf(each) === name);
  if (entry === undefined) {
    const names = STRATEGIES.map(nameOf);
    throw new UsageError(`there is no strategy '${name}'; there are ${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
  }
  return entry.make(spec.slice(name.length + 1));
}
