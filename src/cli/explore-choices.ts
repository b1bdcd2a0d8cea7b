/** What the exploring commands explore: from the words of a command line to scenarios, knobs and monitors. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, Unproven, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { ROOT } from '../base/root.ts';
import { GENERATED } from '../explore/load.ts';
import { MONITOR_NAMES } from '../explore/monitors/catalog.ts';
import { plant } from '../mutants/mutant.ts';
import { MUTANTS } from '../mutants/catalog.ts';
import type { KnownBug } from '../mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from '../explore/scenarios/catalog.ts';
import type { Scenario } from '../explore/scenarios/scenario.ts';
import { isModulePath, loadUserScenario } from '../explore/user-scenario.ts';
import { plural } from '../base/units.ts';
import type { Setting } from './options.ts';
import { hint, inWords } from '../base/suggest.ts';

/** @throws UsageError when there is no such item */
export function named<Item extends { readonly name: string }>(items: readonly Item[], name: string, what: string): Item {
  const found = items.find((item) => item.name === name);
  if (found === undefined) throw new UsageError(`there is no ${what} '${printable(name)}'${hint(name, items.map((item) => item.name))}`);
  return found;
}

/** The mutant of that name, which can be planted here. */
export function chooseMutant(name: string | undefined): KnownBug | undefined {
  if (name === undefined) return undefined;
  const mutant = named(MUTANTS, name, 'mutant');
  plant(mutant, ROOT);
  return mutant;
}

/** Those named, modules among them; else those that should see the mutant; else all but the canaries. */
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
 * The knobs that keep one value, by name.
 * @throws UsageError when none of the scenarios has such a knob, or one of them can't be so
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

/** Who looks on, and whether in every turn. */
export interface Watch {
  readonly monitors: readonly string[];
  readonly always: boolean;
}

/** `--races`, `--monitors a,b`, 'all' or 'none'; `usual` if neither is given. */
export function chooseMonitors(flags: { readonly races?: boolean; readonly monitors?: string }, usual: Watch): Watch {
  if (flags.monitors === undefined && !flags.races) return usual;
  const listed = flags.monitors === undefined || flags.monitors === 'none' ? [] : flags.monitors === 'all' ? MONITOR_NAMES : flags.monitors.split(',');
  const wanted = new Set([...listed, ...(flags.races ? [RACES] : [])]);
  const unknown = [...wanted].find((name) => !MONITOR_NAMES.includes(name));
  if (unknown !== undefined) throw new UsageError(`there is no monitor '${printable(unknown)}'${MONITOR_NAMES.length === 0 ? '' : `; there are ${inWords(MONITOR_NAMES)}`}`);
  return { monitors: MONITOR_NAMES.filter((name) => wanted.has(name)), always: true };
}

/** The race detector's name among the monitors. */
const RACES = 'races';

/** @throws UsageError when the exploration build is not there */
export function checkBuild(): void {
  if (!existsSync(join(GENERATED, 'core.gen.js'))) throw new UsageError(`the exploration build is not there (${GENERATED}); npm run build makes it`);
}

/**
 * What exploring ends with when something failed. Its lines say what broke, in the shrunk execution
 * if there is one; or of several failures, what kinds there are.
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

/** Of the execution that the lane table and the line for `replay` are of: the shrunk one, if there is one. */
function explanationOf({ shrunk, explanation }: Failure): readonly string[] {
  return shrunk === null || typeof shrunk === 'string' || shrunk.explanation.length === 0 ? explanation : [...shrunk.explanation, ...shrunk.story.map((sentence) => `  ${sentence}`)];
}

/**
 * Checks that what has found no failure has checked something, and was not meant to find one.
 * @param executions how many there were
 * @param mutant the planted bug, if any
 * @throws Unproven
 */
export function checkProven(executions: number, mutant: { readonly name: string } | undefined): void {
  if (mutant !== undefined) throw new Unproven(`${mutant.name} was planted and not found in ${plural(executions, 'execution')}; give it more --seconds, or another --strategy`);
  if (executions === 0) throw new Unproven('nothing was explored: the time was up before the first execution; give it more --seconds');
}
