/** The record of what was run for the racy accesses: bench/racy-accesses.json. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../src/base/root.ts';
import { findScenario } from '../src/explore/find.ts';
import { knobsOf } from '../src/explore/scenarios/scenario.ts';
import { MEMORIES } from '../src/explore/weak/memory.ts';
import type { Counts, Place } from './racy-run.ts';

const PATH = join(ROOT, 'bench/racy-accesses.json');

const count = z.number().int().nonnegative();
const knobs = z.record(z.string(), z.number().int());
const Reached = z.object({ executions: count, older: count });

const Run = z.object({
  memory: z.enum(MEMORIES),
  scenario: z.string(),
  /** All knobs. */
  knobs,
  /** Seed of the first execution; each next execution has the next seed. */
  seed: count,
  executions: count,
  /** The commit, and the hash of the core that was built from it. */
  commit: z.string(),
  build: z.string(),
  /** By kind. */
  failures: z.record(z.string(), count),
  /** By key of the racy access. */
  reached: z.record(z.string(), Reached),
});
export type Run = z.infer<typeof Run>;

const Record_ = z.object({
  /** By key of the racy access: the setting that reaches it, and in how many executions a second, by the survey. */
  chosen: z.record(z.string(), z.object({ scenario: z.string(), knobs, perSecond: count })),
  runs: z.array(Run),
});
export type RacyRecord = z.infer<typeof Record_>;

export function readRecord(): RacyRecord {
  return existsSync(PATH) ? Record_.parse(JSON.parse(readFileSync(PATH, 'utf8'))) : { chosen: {}, runs: [] };
}

export function writeRecord({ chosen, runs }: RacyRecord): void {
  const lines = (items: readonly string[]) => items.map((item) => `    ${item}`).join(',\n');
  writeFileSync(PATH, `{\n  "chosen": {\n${lines(Object.entries(chosen).map(([key, place]) => `${JSON.stringify(key)}: ${JSON.stringify(place)}`))}\n  },\n  "runs": [\n${lines(runs.map((run) => JSON.stringify(run)))}\n  ]\n}\n`);
}

/** Returns the run of `record` that goes on at the place with this build; a new one begins after the seeds of the others. */
export function runAt(record: RacyRecord, { scenario, knobs: given }: Place, about: Pick<Run, 'memory' | 'commit' | 'build'>): Run {
  const there = record.runs.filter((run) => run.memory === about.memory && run.scenario === scenario.name && isSame(run.knobs, given));
  const open = there.find(({ build }) => build === about.build);
  if (open !== undefined) return open;
  const seed = there.reduce((next, run) => Math.max(next, run.seed + run.executions), 1);
  const run: Run = { scenario: scenario.name, knobs: given, seed, executions: 0, failures: {}, reached: {}, ...about };
  record.runs.push(run);
  return run;
}

/** Adds the counts of the next executions to a run. */
export function addCounts(run: Run, { executions, failures, reached }: Counts): void {
  run.executions += executions;
  for (const [kind, times] of Object.entries(failures)) run.failures[kind] = (run.failures[kind] ?? 0) + times;
  for (const [key, { executions: times, older }] of Object.entries(reached)) {
    const before = run.reached[key] ?? { executions: 0, older: 0 };
    run.reached[key] = { executions: before.executions + times, older: before.older + older };
  }
}

/** Returns the executions that have reached the access under the model. */
export function sumOf({ runs }: RacyRecord, key: string, memory: Run['memory']): { readonly executions: number; readonly older: number } {
  const counts = runs.filter((run) => run.memory === memory).map((run) => run.reached[key] ?? { executions: 0, older: 0 });
  return { executions: counts.reduce((sum, each) => sum + each.executions, 0), older: counts.reduce((sum, each) => sum + each.older, 0) };
}

/** Returns the place that was chosen for the access; undefined if the survey has not reached it. */
export function placeFor({ chosen }: RacyRecord, key: string): Place | undefined {
  const choice = chosen[key];
  if (choice === undefined) return undefined;
  const scenario = findScenario(choice.scenario);
  return { scenario, knobs: knobsOf(scenario, choice.knobs) };
}

function isSame(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  return Object.keys(one).length === Object.keys(other).length && Object.keys(one).every((name) => one[name] === other[name]);
}
