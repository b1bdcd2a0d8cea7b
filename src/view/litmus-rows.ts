/** The litmus tests among the documents of a report. */
import type { z } from 'zod';
import type { LitmusDocument } from '../cli/litmus-document.ts';
import { verdictOn, type LitmusVerdict } from '../litmus/verdict.ts';
import type { NamedDocument } from './view.ts';

type Document = z.infer<typeof LitmusDocument>;
type Test = Document['tests'][number];
export type Memory = Test['models'][number]['memory'];

/** A result of a test, or the one that the test asks about. */
export interface ResultRow {
  readonly result: string;
  /** By the models that were asked. */
  readonly verdicts: Readonly<Partial<Record<Memory, LitmusVerdict>>>;
  /** Rounds that had it; undefined if the test was not run on threads. */
  readonly seen: number | undefined;
  /** It must not be. */
  readonly isWrong: boolean;
}

export interface TestRow extends ResultRow {
  readonly name: string;
  readonly about: string;
  /** Each thread as a line of JavaScript. */
  readonly threads: readonly string[];
  readonly rounds: number | undefined;
  /** All results. */
  readonly results: readonly ResultRow[];
  /** Executions of all models. */
  readonly executions: number;
}

/** One document. */
export interface LitmusRun {
  readonly name: string;
  readonly seed: number;
  readonly processor: string;
  readonly interrupted: boolean;
  readonly memories: readonly Memory[];
  readonly tests: readonly TestRow[];
}

/** Returns the documents of `litmus`; undefined if there are none. */
export function findLitmus(documents: readonly NamedDocument[]): LitmusRun[] | undefined {
  const runs = documents.flatMap(({ name, document }) => (document.command === 'litmus' ? [runOf(name, document)] : []));
  return runs.length === 0 ? undefined : runs;
}

function runOf(name: string, { seed, processor, interrupted, tests }: Document): LitmusRun {
  const memories = [...new Set(tests.flatMap(({ models }) => models.map(({ memory }) => memory)))];
  const rows = tests.map(rowOf);
  // What must not be comes first.
  return { name, seed, processor, interrupted, memories, tests: [...rows.filter(({ isWrong }) => isWrong), ...rows.filter(({ isWrong }) => !isWrong)] };
}

function rowOf({ name, about, threads, asks, rounds, askedSeen, models, results, disagreements }: Test): TestRow {
  const isComplete = (memory: Memory) => models.find((model) => model.memory === memory)?.complete === true;
  return {
    name,
    about,
    threads,
    result: Object.entries(asks).map(([label, value]) => `${label}=${value}`).join(' '),
    verdicts: Object.fromEntries(models.map(({ memory, asked, complete }) => [memory, verdictOn(asked.allowed, asked.reached, complete)])),
    seen: askedSeen ?? undefined,
    isWrong: disagreements.length > 0,
    rounds: rounds ?? undefined,
    results: results.map(({ result, models: said, seen }) => ({
      result,
      verdicts: Object.fromEntries(said.map(({ memory, allowed, reached }) => [memory, verdictOn(allowed, reached, isComplete(memory))])),
      seen: rounds === null ? undefined : seen,
      isWrong: disagreements.some((each) => each.result === result),
    })),
    executions: models.reduce((sum, { executions }) => sum + executions, 0),
  };
}
