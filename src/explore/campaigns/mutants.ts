/** Looks for a mutant in its scenarios, several times over, and says how soon it was found. */
import { Plan } from './plan.ts';
import type { RunSlice } from './run-slice.ts';
import { settingsOf } from './settings.ts';
import { findMutant, findScenario } from '../find.ts';
import { emptySlice, type Failure, type Station } from './slice.ts';

export interface KillTask {
  readonly mutant: string;
  /** One search for each. */
  readonly seeds: readonly number[];
  /** The most that each may take. */
  readonly seconds: number;
  readonly strategy: string;
  /** Those that look on in some turns, or in every turn. */
  readonly monitors: readonly string[];
  readonly always: boolean;
}

/** One search. */
export interface Search {
  readonly seed: number;
  readonly executions: number;
  readonly seconds: number;
  /** null if it was not found in time. */
  readonly failure: Failure | null;
}

export interface Kill {
  readonly mutant: string;
  readonly searches: readonly Search[];
}

/** Executions between two turns: few, so that a scenario that can't see it costs little. */
const TURN = 100;
const SLICE = { keepGoing: false, shrink: false, known: [] } as const;

export async function killMutant({ mutant, seeds, seconds, strategy, monitors, always }: KillTask, runSlice: RunSlice, now: () => number): Promise<Kill> {
  const scenarios = findMutant(mutant).scenarios.map((name) => ({ name, settings: settingsOf(findScenario(name), {}) }));
  // Before the clock starts: the core is built.
  const first: Station = { scenario: scenarios[0].name, knobs: scenarios[0].settings[0], strategy, monitors: [], mutant };
  await runSlice(emptySlice(first));
  const searches: Search[] = [];
  for (const seed of seeds) {
    const plan = new Plan({ scenarios, strategy, mutant, monitors, always, seed });
    const started = now();
    let executions = 0;
    let failure: Failure | null = null;
    while (failure === null) {
      const left = seconds - (now() - started) / 1000;
      const turn = left > 0 ? plan.next() : null;
      if (turn === null) break;
      const result = await runSlice({ ...SLICE, station: turn.station, seed: turn.seed, executions: TURN, seconds: left });
      plan.done(turn, result.executions, result.exhausted);
      executions += result.executions;
      failure = result.failures[0] ?? null;
    }
    searches.push({ seed, executions, seconds: (now() - started) / 1000, failure });
  }
  return { mutant, searches };
}

/** A mutant is killed when every search found it. */
export function isKilled({ searches }: Kill): boolean {
  return searches.every(({ failure }) => failure !== null);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
