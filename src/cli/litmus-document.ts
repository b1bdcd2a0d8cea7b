/** The document that `litmus --json` prints; see report/json.ts. */
import { z } from 'zod';
import { MEMORIES } from '../explore/weak/memory.ts';
import { countAsked, includesAsked } from '../litmus/judge.ts';
import { formatProgram, formatResult, resultOf } from '../litmus/program.ts';
import { count, print, strictly } from '../report/schema.ts';
import type { Judged } from './judged-litmus.ts';

const SCHEMA = 1;

/** What a model says of a result. */
const Says = z.object({
  /** The axioms allow it. */
  allowed: z.boolean(),
  /** Exploration reaches it. */
  reached: z.boolean(),
});

export const LitmusDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('litmus'),
  /** Of the layouts in memory, and of random tests. */
  seed: count,
  /** process.arch of the machine that ran the tests. */
  processor: z.string(),
  interrupted: z.boolean(),
  tests: z.array(z.object({
    name: z.string(),
    about: z.string(),
    /** Each thread as a line of JavaScript. */
    threads: z.array(z.string()),
    asks: z.record(z.string(), z.number()),
    /** Rounds on threads; null if the test was not run on threads. */
    rounds: count.nullable(),
    /** How often the result in question was seen. */
    askedSeen: count.nullable(),
    models: z.array(z.object({
      memory: z.enum(MEMORIES),
      /** Of the result in question. */
      asked: Says,
      executions: count,
      /** Every interleaving was run. */
      complete: z.boolean(),
    })),
    results: z.array(z.object({
      result: z.string(),
      /** By the models that were asked. */
      models: z.array(Says.extend({ memory: z.enum(MEMORIES) })),
      /** The specification allows it. */
      specified: z.boolean(),
      seen: count,
    })),
    /** Results that must not be. */
    disagreements: z.array(z.object({ kind: z.enum(['seen', 'explored', 'missed']), memory: z.enum(MEMORIES), result: z.string() })),
  })),
}));

export interface LitmusFacts {
  readonly seed: number;
  readonly processor: string;
  readonly interrupted: boolean;
}

export function litmusDocument(facts: LitmusFacts, tests: readonly Judged[]): string {
  return print(LitmusDocument, { schema: SCHEMA, command: 'litmus', ...facts, tests: tests.map(describe) });
}

function describe({ test, said, allowedByJs, seen, found }: Judged): z.infer<typeof LitmusDocument>['tests'][number] {
  const keys = new Set([...allowedByJs, ...said.flatMap(({ allowed, explored }) => [...allowed, ...explored.results]), ...(seen?.counts.keys() ?? [])]);
  return {
    name: test.name,
    about: test.about,
    threads: formatProgram(test),
    asks: test.asks,
    rounds: seen?.rounds ?? null,
    askedSeen: seen === null ? null : countAsked(test, seen.counts),
    models: said.map(({ memory, allowed, explored: { results, executions, isComplete } }) => ({
      memory, asked: { allowed: includesAsked(test, allowed), reached: includesAsked(test, results) }, executions, complete: isComplete,
    })),
    results: [...keys].toSorted().map((key) => ({
      result: formatResult(test, resultOf(key)),
      models: said.map(({ memory, allowed, explored }) => ({ memory, allowed: allowed.has(key), reached: explored.results.has(key) })),
      specified: allowedByJs.has(key),
      seen: seen?.counts.get(key) ?? 0,
    })),
    disagreements: found.map(({ kind, memory, key }) => ({ kind, memory, result: formatResult(test, resultOf(key)) })),
  };
}
