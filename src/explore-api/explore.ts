/** The `explore` that tests call: runs a scenario under many interleavings, and throws if one fails. */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../base/fatal.ts';
import { hint } from '../base/suggest.ts';
import { MEMORIES } from '../explore/weak/memory.ts';
import type { Explored, ExploreOptions } from './options.ts';
import { placeOfScenario, type AnyScenario, type Place } from './scenario.ts';

/** Executions, if neither their number nor a time is given: about a second. */
const EXECUTIONS = 2000;
const MOST_EXECUTIONS = 1e9;
const SEEDS = 2 ** 32;
/** The seed where the environment variable CI is set, so that a build fails for a change and not by chance. */
const CI_SEED = 1;
const OPTIONS = ['executions', 'seconds', 'strategy', 'memory', 'races', 'seed'] as const;

/**
 * Explores a scenario: runs its threads under many interleavings, the same ones for the same seed.
 *
 *     test('the queue loses nothing', () => explore(new URL('./queue.scenario.ts', import.meta.url)));
 *
 * @param given the scenario's module, as a URL or a path; or a scenario that was made with `scenario(import.meta, …)`
 * @throws ScenarioFailed for the first failure, with its lanes and the command that replays it
 * @throws UsageError if the module is no scenario, or can't be explored, or an option is wrong
 */
export function explore(given: URL | string | AnyScenario, options: ExploreOptions = {}): Promise<Explored> {
  // The stack of the call leads to the test; that of the search leads nowhere.
  const call = new Error();
  Error.captureStackTrace(call, explore);
  return exploreOf(given, options).catch((error: unknown) => {
    if (error instanceof Error) error.stack = `${error.name}: ${error.message}\n${framesOf(call)}`;
    throw error;
  });
}

async function exploreOf(given: URL | string | AnyScenario, options: ExploreOptions): Promise<Explored> {
  check(options);
  const place = placeOf(given);
  const seed = options.seed ?? seedOf(process.env);
  // The engine takes a while to load, and a scenario's module needs none of it.
  const { run } = await import('./run.ts');
  const executions = options.executions ?? (options.seconds === undefined ? EXECUTIONS : MOST_EXECUTIONS);
  return run(place, seed, { ...options, executions });
}

function framesOf({ stack = '' }: Error): string {
  return stack.split('\n').filter((line) => /^\s+at /.test(line)).join('\n');
}

/** @throws UsageError for the first wrong option */
function check(options: ExploreOptions): void {
  const unknown = Object.keys(options).find((name) => !(OPTIONS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no option '${unknown}' of explore${hint(unknown, OPTIONS)}; there are ${OPTIONS.join(', ')}`);
  const { executions, seconds, memory, races, seed } = options;
  if (races !== undefined && typeof races !== 'boolean') throw new UsageError(`races must be true or false, not ${String(races)}`);
  if (memory !== undefined && !MEMORIES.includes(memory)) throw new UsageError(`memory must be one of ${MEMORIES.join(', ')}, not ${String(memory)}`);
  if (executions !== undefined && !(Number.isInteger(executions) && executions >= 1 && executions <= MOST_EXECUTIONS)) throw new UsageError(`executions must be a whole number from 1 to ${MOST_EXECUTIONS}, not ${String(executions)}`);
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) throw new UsageError(`seconds must be a number above 0, not ${String(seconds)}`);
  if (seed !== undefined && !isSeed(seed)) throw new UsageError(`seed must be a whole number from 0 to ${SEEDS - 1}, not ${String(seed)}`);
}

function isSeed(seed: number): boolean {
  return Number.isInteger(seed) && seed >= 0 && seed < SEEDS;
}

/** Returns the seed that `env` asks for, or a fresh one. */
function seedOf({ SWEEPGEN_SEED: wanted = '', CI: ci = '' }: NodeJS.ProcessEnv): number {
  if (wanted === '') return ci === '' || ci === 'false' ? randomInt(1, SEEDS) : CI_SEED;
  if (!isSeed(Number(wanted))) throw new UsageError(`the environment variable SWEEPGEN_SEED must be a whole number from 0 to ${SEEDS - 1}, not '${wanted}'`);
  return Number(wanted);
}

function placeOf(given: unknown): string | Place {
  if (given instanceof URL || (typeof given === 'string' && given.startsWith('file:'))) return fileURLToPath(given);
  if (typeof given === 'string') return given;
  const place = typeof given === 'object' && given !== null ? placeOfScenario(given) : undefined;
  if (place === undefined) throw new UsageError("explore needs the scenario's module, whose code it rewrites: give it new URL('./my.scenario.ts', import.meta.url), or a scenario that was made with scenario(import.meta, { … })");
  return place;
}
