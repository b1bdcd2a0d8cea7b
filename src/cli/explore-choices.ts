/** Scenarios, knobs, mutants and monitors that the words of a command line choose. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, Unproven, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { ROOT } from '../base/root.ts';
import { GENERATED } from '../explore/load.ts';
import { MONITOR_NAMES, RACES } from '../explore/monitors/catalog.ts';
import { plant } from '../mutants/mutant.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from '../explore/scenarios/catalog.ts';
import type { Scenario } from '../explore/scenarios/scenario.ts';
import { isModulePath, loadUserScenario } from '../explore/user-scenario.ts';
import { plural } from '../base/units.ts';
import type { Setting } from './options.ts';
import { hint, inWords } from '../base/suggest.ts';

/** Returns the item called `name`. @param what names the kind of item in the message @throws UsageError if there is none */
export function named<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`there is no ${what} '${printable(name)}'${hint(name, items.map((item) => item.name))}`);
  return found;
}

/** Returns the mutant of that name, after a check that it can be planted. @throws UsageError if there is none */
export function chooseMutant(name: string | undefined): KnownBug | undefined {
  if (name === undefined) return undefined;
  const mutant = named(MUTANTS, name, 'mutant');
  plant(mutant, ROOT);
  return mutant;
}

/** Returns the scenarios and modules in `names`; without names, the scenarios that should find the mutant, or all. */
export async function chooseScenarios(names: readonly string[], mutant: KnownBug | undefined): Promise<Scenario[]> {
  const wanted = names.length > 0 ? names : (mutant?.scenarios ?? SCENARIOS.map(({ name }) => name));
  const chosen: Scenario[] = [];
  for (const name of new Set(wanted)) {
    if (isModulePath(name)) chosen.push((await loadUserScenario(name, false, mutant)).scenario);
    else chosen.push(named([...SCENARIOS, ...CANARIES], name, 'scenario'));
  }
  return chosen;
}

/**
 * Returns the values of fixed knobs by name.
 * @throws UsageError if no scenario has the knob, or a scenario's knob can't have the value
 */
export function fixKnobs(scenarios: readonly Scenario[], settings: readonly Setting[]): Record<string, number> {
  for (const [name, value] of settings) {
    const having = scenarios.filter(({ knobs }) => knobs.some((knob) => knob.name === name));
    if (having.length === 0) {
      const known = [...new Set(scenarios.flatMap(({ knobs }) => knobs.map((knob) => knob.name)))];
      throw new UsageError(`there is no knob '${printable(name)}' to --set${hint(name, known)}`);
    }
    for (const scenario of having) {
      const { values } = scenario.knobs.find((knob) => knob.name === name)!;
      if (values.includes(value)) continue;
      const able = values.toSorted((a, b) => a - b).map(String);
      throw new UsageError(name === 'procs' ? `scenario ${scenario.name} runs on ${able.join(' or ')} Ps, not ${value}` : `${name} of scenario ${scenario.name} can be ${able.join(' or ')}, not ${value}`);
    }
  }
  return Object.fromEntries(settings);
}

/** The monitors of a campaign. */
export interface Watch {
  readonly monitors: readonly string[];
  /** Whether they watch in every turn. */
  readonly always: boolean;
}

/** Returns the monitors that `--races` and `--monitors` choose; `usual` without these flags. @throws UsageError for an unknown monitor */
export function chooseMonitors(flags: { readonly races?: boolean; readonly monitors?: string }, usual: Watch): Watch {
  if (flags.monitors === undefined && !flags.races) return usual;
  const listed = flags.monitors === undefined || flags.monitors === 'none' ? [] : flags.monitors === 'all' ? MONITOR_NAMES : flags.monitors.split(',');
  const wanted = new Set([...listed, ...(flags.races ? [RACES] : [])]);
  const unknown = [...wanted].find((name) => !MONITOR_NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no monitor '${printable(unknown)}'${MONITOR_NAMES.length === 0 ? '' : `; there are ${inWords(MONITOR_NAMES)}`}`);
  return { monitors: MONITOR_NAMES.filter((name) => wanted.has(name)), always: true };
}

/** @throws UsageError if the exploration build is missing */
export function checkBuild(): void {
  if (!existsSync(join(GENERATED, 'core.gen.js'))) throw new UsageError(`the exploration build is not there (${GENERATED}); npm run build makes it`);
}

/**
 * The failures that a search has found. The message explains a single failure, in its shrunk execution
 * if there is one, or lists the kinds of several.
 */
export class FailuresFound extends Error {
  readonly exitCode: number;

  constructor(failures: readonly Failure[]) {
    const kinds = failures.map(({ key }) => `  ${printable(key, 200)}`);
    super((failures.length === 1 ? explanationOf(failures[0]) : [`${plural(failures.length, 'different failure')}:`, ...kinds]).join('\n'));
    this.name = 'FailuresFound';
    this.exitCode = failures.every(({ fault }) => fault === 'scenario') ? EXIT.usage : EXIT.invariant;
  }
}

/** Returns the explanation of the execution that the lane table shows: the shrunk one, if any. */
function explanationOf({ shrunk, explanation }: Failure): readonly string[] {
  return shrunk === null || typeof shrunk === 'string' || shrunk.explanation.length === 0 ? explanation : [...shrunk.explanation, ...shrunk.story.map((sentence) => `  ${sentence}`)];
}

/**
 * Checks that a search without failures has run executions, and had no planted bug to find.
 * @param executions number of executions
 * @param mutant the planted bug, if any
 * @throws Unproven if not
 */
export function checkProven(executions: number, mutant: { readonly name: string } | undefined): void {
  if (mutant !== undefined) throw new Unproven(`${mutant.name} was planted and not found in ${plural(executions, 'execution')}; give it more --seconds, or another --strategy`);
  if (executions === 0) throw new Unproven('nothing was explored: the time was up before the first execution; give it more --seconds');
}
