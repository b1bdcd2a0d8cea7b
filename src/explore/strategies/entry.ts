/** An entry of the registry of strategies (catalog.ts), and readers of its parameters. */
import { UsageError } from '../../base/fatal.ts';
import type { Strategy } from '../strategy.ts';

/** The largest number that counts as a length or a bound. */
export const MOST = 1_000_000_000;

export interface StrategyEntry {
  /** The name that commands and failures use, with a typical parameter: `pct:3`. */
  readonly spec: string;
  /** One line for `--list`. */
  readonly summary: string;
  /**
   * Makes the strategy.
   * @param parameters the text after the name and a colon; '' if nothing follows the name
   * @throws UsageError for parameters that the strategy does not take
   */
  readonly make: (parameters: string) => Strategy;
}

/** Returns the part of `spec` before the first colon. */
export function nameOf({ spec }: Pick<StrategyEntry, 'spec'>): string {
  return spec.split(':', 1)[0];
}

/** @throws UsageError if there are parameters: strategy `name` takes none */
export function noParameters(name: string, parameters: string): void {
  if (parameters !== '') throw new UsageError(`strategy ${name} takes no parameters, not '${parameters}'`);
}

/**
 * Reads `text` as a whole number from `least` to `most`.
 * @throws UsageError that names the strategy `name`, for any other text
 */
export function wholeParameter(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`strategy ${name} takes a whole number from ${least} to ${most}, not '${text}'`);
  }
  return value;
}
