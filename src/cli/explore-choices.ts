/** What the exploring commands explore: from the words of a command line to scenarios, knobs and monitors. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Failure } from '../drivers/explore/campaigns/slice.ts';
import { GENERATED, ROOT } from '../drivers/explore/load.ts';
import { MONITOR_NAMES } from '../drivers/explore/monitors/catalog.ts';
import { plant } from '../drivers/explore/mutant.ts';
import { MUTANTS } from '../drivers/explore/mutants/catalog.ts';
import type { KnownBug } from '../drivers/explore/mutants/known-bug.ts';
import { CANARIES, SCENARIOS } from '../drivers/explore/scenarios/catalog.ts';
import type { Scenario } from '../drivers/explore/scenarios/scenario.ts';
import { isModulePath, loadUserScenario } from '../drivers/explore/user-scenario.ts';
import { plural } from '../report/units.ts';
import type { Setting } from './options.ts';
import { hint, inWords } from './suggest.ts';

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

/** What exploring ends with when something failed. Its lines say what broke, or of several, what kinds there are. */
export class FailuresFound extends Error {
  readonly exitCode = EXIT.invariant;

  constructor(failures: readonly Failure[]) {
    const kinds = failures.map(({ key }) => `  ${key}`);
    super((failures.length === 1 ? failures[0].explanation : [`${plural(failures.length, 'different failure')}:`, ...kinds]).join('\n'));
    this.name = 'FailuresFound';
  }
}
