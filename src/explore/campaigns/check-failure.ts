/** Checks failures that come from another process: their texts are logged, and users copy their commands into shells. */
import { UsageError } from '../../base/fatal.ts';
import { repeatCommand } from '../failure.ts';
import { findMutant, findScenario } from '../find.ts';
import { makeStrategy } from '../strategies/catalog.ts';
import { failureKey, type Failure } from './slice.ts';

/** Characters of a whole failure, which a log holds in one line. */
const MOST_FAILURE = 1 << 21;
/** An argument of `sweepgen replay`, as line.ts writes it. */
const LINE = /^v1:[A-Za-z0-9_-]*$/;

/** @throws UsageError for a failure that contradicts itself, or names what this build does not have */
export function checkFailure(failure: Failure): void {
  const { shrunk, seed, station } = failure;
  const { scenario, knobs, strategy, monitors, mutant, memory } = station;
  if (JSON.stringify(failure).length > MOST_FAILURE) throw new UsageError('a failure in the result is too long');
  makeStrategy(strategy);
  if (failure.key !== failureKey(station, failure.verdict, failure.facts)) throw new UsageError('a failure in the result has the key of another kind');
  const repeat = repeatCommand({ scenario: findScenario(scenario), knobs, strategy, seed, monitors, memory, ...(mutant !== null && { mutant: findMutant(mutant).name }) });
  if (failure.repeat !== repeat) throw new UsageError('a failure in the result has a command that does not repeat it');
  if (shrunk !== null && typeof shrunk !== 'string' && !LINE.test(shrunk.line)) throw new UsageError('the shrunk execution in the result is no line for sweepgen replay');
}
