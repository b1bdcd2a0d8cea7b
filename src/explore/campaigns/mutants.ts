/** Searches for a mutant in its scenarios, several times, and reports how soon it was found. */
import { Plan } from './plan.ts';
import type { RunSlice } from './run-slice.ts';
import { settingsOf } from './settings.ts';
import { findMutant, findScenario } from '../find.ts';
import { emptySlice, type Failure, type Station } from './slice.ts';

export interface KillTask {
  readonly mutant: string;
  /** One search for each seed. */
  readonly seeds: readonly number[];
  /** Time limit of a search. */
  readonly seconds: number;
  readonly strategy: string;
  /** Monitors that watch some turns, or every turn. */
  readonly monitors: readonly string[];
  readonly always: boolean;
}

/** One search. */
export interface Search {
  readonly seed: number;
  readonly executions: number;
  readonly seconds: number;
  /** null if the mutant was not found in time. */
  readonly failure: Failure | null;
}

export interface Kill {
  readonly mutant: string;
  readonly searches: readonly Search[];
}

/** Executions of a turn: few, so that a scenario that can't find the mutant costs little. */
const TURN = 100;
const SLICE = { keepGoing: false, shrink: false, known: [] } as const;

export async function killMutant({ mutant, seeds, seconds, strategy, monitors, always }: KillTask, runSlice: RunSlice, now: () => number): Promise<Kill> {
  const { memory, ...bug } = findMutant(mutant);
  const scenarios = bug.scenarios.map((name) => ({ name, settings: settingsOf(findScenario(name), {}) }));
  // Build the core before the clock starts.
  const first: Station = { scenario: scenarios[0].name, knobs: scenarios[0].settings[0], strategy, monitors: [], mutant, ...(memory !== undefined && { memory }) };
  await runSlice(emptySlice(first));
  const searches: Search[] = [];
  for (const seed of seeds) {
    const plan = new Plan({ scenarios, strategy, mutant, memories: memory && [memory], monitors, always, seed });
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

/** Reports whether every search has found the mutant. */
export function isKilled({ searches }: Kill): boolean {
  return searches.every(({ failure }) => failure !== null);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
