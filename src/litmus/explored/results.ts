/** The results that exploration reaches: every interleaving of a litmus test, and every value of each load. */
import type { Core } from '../../explore/load.ts';
import type { Operations } from '../../explore/scenarios/operation.ts';
import { Explorer } from '../../explore/scheduler.ts';
import { makeStrategy } from '../../explore/strategies/catalog.ts';
import type { Memory } from '../../explore/weak/memory.ts';
import { normal, valueOf } from '../bytes.ts';
import { MOST_THREADS, keyOf, type Access, type Program } from '../program.ts';
import type { LitmusScenario } from './load.ts';

export interface Reached {
  /** Keys of results. */
  readonly results: ReadonlySet<string>;
  readonly executions: number;
  /** All interleavings have been run; otherwise the limit has ended the search. */
  readonly isComplete: boolean;
}

export interface ExploreLimits {
  /** Most executions. */
  readonly most?: number;
  /** The search; every interleaving by default. */
  readonly strategy?: string;
  /** Ends the search early. */
  readonly isStopped?: () => boolean;
}

/** More preemptions than a litmus test has accesses. */
const ALL = 'dfs:64';
/** Most executions of a test, unless the caller gives another limit. */
const MOST_EXECUTIONS = 2_000_000;

/** Explores the test under a memory model. @throws Error if an execution fails: a litmus test has nothing that can */
export function exploreResults({ core, scenario }: LitmusScenario, { threads, finals }: Program, memory: Memory, { most = MOST_EXECUTIONS, strategy = ALL, isStopped = () => false }: ExploreLimits = {}): Reached {
  const operations: Operations = Array.from({ length: MOST_THREADS }, (_, i) => (threads[i] ?? []).map(operationOf));
  const knobs = { procs: MOST_THREADS };
  const prepared = scenario.prepare(core as unknown as Core, { knobs, operations }, () => ({ forget() {}, check: () => ({ problems: [] }) }));
  const search = makeStrategy(strategy);
  const explorer = new Explorer({ core, ...prepared, strategy: search, memory });
  const results = new Set<string>();
  let executions = 0;
  while (search.exhausted !== true && executions < most && !isStopped()) {
    const execution = explorer.run(executions++);
    if (execution.verdict !== 'ok') throw new Error(`a litmus test ended with ${execution.verdict}: ${execution.detail}`);
    const registers = execution.results.slice(0, threads.length).flatMap((values) => (values as readonly (number | bigint)[]).map(normal));
    results.add(keyOf([...registers, ...finals.map(({ at, bytes }) => valueOf([...core.memoryAtEnd.subarray(at, at + bytes)]))]));
  }
  return { results, executions, isComplete: search.exhausted === true };
}

function operationOf({ kind, atomic, at, bytes, dataView, value, expected }: Access): Operations[number][number] {
  return [kind, Number(atomic), at, bytes, Number(dataView), value, expected];
}
