/** Collects all answers to one litmus test, and finds those that contradict each other. */
import { MEMORIES, type Memory } from '../explore/weak/memory.ts';
import { jsResults } from './axioms/js.ts';
import { totalOrderResults } from './axioms/total-order.ts';
import { isAsked, type LitmusTest } from './catalog.ts';
import { loadLitmusScenario } from './explored/load.ts';
import { exploreResults, type ExploreLimits, type Reached } from './explored/results.ts';
import { labelsOf, resultOf, type Program } from './program.ts';
import type { Counts } from './real/run-thread.ts';

/** Keys of results. */
type Keys = ReadonlySet<string>;

/** What a memory model says. */
export interface ModelSays {
  readonly memory: Memory;
  /** The results that the axioms allow. */
  readonly allowed: Keys;
  /** Those of them that an order of the accesses gives, so that exploration must reach them. */
  readonly inOrder: Keys;
  readonly explored: Reached;
}

/**
 * A result that must not be.
 * - `seen`: threads had a result that the specification forbids
 * - `explored`: exploration reaches a result that the axioms forbid
 * - `missed`: exploration does not reach a result that an order of the accesses gives
 */
export interface Disagreement {
  readonly kind: 'seen' | 'explored' | 'missed';
  readonly memory: Memory;
  readonly key: string;
}

/** Returns the results that the axioms of a model allow. */
export function allowedBy(program: Program, memory: Memory): Keys {
  return memory === 'js' ? jsResults(program) : totalOrderResults(program, memory);
}

/** Asks the models. @param limits of each exploration */
export async function askModels(program: Program, memories: readonly Memory[] = MEMORIES, limits: ExploreLimits = {}): Promise<ModelSays[]> {
  const said: ModelSays[] = [];
  const scenario = await loadLitmusScenario();
  for (const memory of memories) {
    const allowed = allowedBy(program, memory);
    said.push({ memory, allowed, inOrder: memory === 'js' ? jsResults(program, 'in-order') : allowed, explored: exploreResults(scenario, program, memory, limits) });
  }
  return said;
}

/** Returns what must not be. @param allowedByJs the results that the specification allows */
export function disagreements(said: readonly ModelSays[], seen: Counts, allowedByJs: Keys): Disagreement[] {
  const found: Disagreement[] = [...seen.keys()].filter((key) => !allowedByJs.has(key)).map((key) => ({ kind: 'seen', memory: 'js', key }));
  for (const { memory, inOrder, explored } of said) {
    // What no order of the accesses gives can't be reached, allowed or not.
    for (const key of explored.results) if (!inOrder.has(key)) found.push({ kind: 'explored', memory, key });
    if (!explored.isComplete) continue;
    for (const key of inOrder) if (!explored.results.has(key)) found.push({ kind: 'missed', memory, key });
  }
  return found;
}

/** Reports whether any of these results is the one that the test asks about. */
export function includesAsked(test: LitmusTest, keys: Iterable<string>): boolean {
  const labels = labelsOf(test);
  return [...keys].some((key) => isAsked(test, labels, resultOf(key)));
}

/** Returns how often the result that the test asks about was seen. */
export function countAsked(test: LitmusTest, seen: Counts): number {
  const labels = labelsOf(test);
  return [...seen].reduce((sum, [key, count]) => sum + (isAsked(test, labels, resultOf(key)) ? count : 0), 0);
}
