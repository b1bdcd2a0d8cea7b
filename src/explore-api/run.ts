/** Explores a scenario, and turns a failure into an error that a test can throw. */
import { relative, resolve, sep } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { plural } from '../base/units.ts';
import { makeRunSlice } from '../explore/campaigns/run-slice.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { RACES } from '../explore/monitors/catalog.ts';
import { knobsOf } from '../explore/scenarios/scenario.ts';
import { makeStrategy } from '../explore/strategies/catalog.ts';
import { loadUserScenario } from '../explore/user-scenario.ts';
import { ScenarioFailed } from './failed.ts';
import { pathOf } from './inside.ts';
import type { Explored, ExploreOptions } from './options.ts';
import type { Place } from './scenario.ts';

/** Longer than any search. */
const NO_LIMIT = 10 ** 9;

/**
 * Explores a scenario: the module at a path, or what was made at a place in a module.
 * @throws UsageError if the module is unusable, or an option is
 * @throws ScenarioFailed for the first failure, shrunk
 */
export async function run(place: string | Place, seed: number, { executions, seconds = NO_LIMIT, strategy = 'portfolio', memory = 'sc', races = false }: ExploreOptions & { readonly executions: number }): Promise<Explored> {
  const path = shownPath(typeof place === 'string' ? place : pathOf(place));
  const { scenario } = await loadUserScenario(path, false);
  if (scenario.runs !== 'thread') throw new UsageError(`${path} is a scenario over sweepgen's own core: run it with 'sweepgen explore'`);
  const station = { scenario: path, knobs: knobsOf(scenario), strategy: makeStrategy(strategy).name, monitors: races ? [RACES] : [], mutant: null, ...(memory !== 'sc' && { memory }) };
  const runSlice = makeRunSlice(() => performance.now());
  const result = await runSlice({ station, seed, executions, seconds, keepGoing: false, shrink: true, known: [] });
  const [failure] = result.failures;
  if (failure !== undefined) throw failed(path, seed, result.executions, failure);
  return { executions: result.executions, distinct: new Set(result.hashes).size, seed, covered: result.covered };
}

/** Returns `file` from the current folder, which is also what `sweepgen replay` resolves it from. */
function shownPath(file: string): string {
  const path = relative(process.cwd(), resolve(file)).replaceAll(sep, '/');
  return path.startsWith('../') ? path : `./${path}`;
}

function failed(path: string, seed: number, executions: number, { verdict, explanation, shrunk, repeat, history }: Failure): ScenarioFailed {
  const isShrunk = shrunk !== null && typeof shrunk !== 'string';
  const lanes = isShrunk ? shrunk.table.map(({ text }) => text).join('\n') : '';
  const told = isShrunk && shrunk.explanation.length > 0 ? [...shrunk.explanation, ...shrunk.story] : explanation;
  const replay = isShrunk ? `npx sweepgen replay '${shrunk.line}'` : `npx ${repeat}`;
  const lines = [
    `${path} fails after ${plural(executions, 'execution')}, with seed ${seed}`,
    ...told,
    ...(isShrunk ? ['', `Shrunk to ${plural(shrunk.preemptions, 'preemption')} in ${plural(shrunk.steps, 'access', 'accesses')}:`, lanes] : []),
    '',
    'Replay it:',
    `  ${replay}`,
    'Play it step by step in a browser:',
    `  ${replay} --html failure.html`,
  ];
  return new ScenarioFailed(lines.join('\n'), { verdict, seed, lanes, replay, history: (isShrunk ? shrunk.history : history) ?? null });
}
