/**
 * A scenario from a user's module. The module is bundled and rewritten with the core, so its functions over `m`
 * become coroutines like the core's. It imports functions of the core from 'sweepgen/core'.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import { plural } from '../base/units.ts';
import type { Coroutine } from '../rewrite/generated.ts';
import { namesIn } from '../rewrite/scopes.ts';
import type { AnyNode } from '../rewrite/syntax.ts';
import { ENTRY, type Core, type LoadedCore } from './load.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { ConventionError } from '../rewrite/problems.ts';
import { perM } from './scenarios/per-m.ts';
import type { Operation, Operations } from './scenarios/operation.ts';
import type { Knob, Knobs, Scenario, Setting } from './scenarios/scenario.ts';
import { runAlone } from './alone.ts';
import { asExports, defaultOf } from './ordinary/definition.ts';
import { checkKinds, checkNames as checkOrdinaryNames, isOrdinary, needsHooks } from './ordinary/exports.ts';
import type { OrdinaryCore } from './ordinary/core.ts';
import { describeOrdinary } from './ordinary/scenario.ts';
import { buildOrdinary, buildUserCore, type UserBuild } from './user-build.ts';
import { shapeProblem } from './user-shape.ts';
import { ScenarioThrew, blaming, tellThrown } from './user-throws.ts';
import { isWords, nameUserWord, type Words } from './user-words.ts';

/** Exports that the module may have. It must have `run`. */
const EXPORTS = ['summary', 'procs', 'knobs', 'words', 'shape', 'operations', 'keep', 'together', 'build', 'run', 'check'] as const;
const PREFIX = 'user_';

/** The core's exports, and the module's as `user_…`. */
interface UserExports {
  readonly user_summary?: string;
  readonly user_procs?: readonly number[];
  readonly user_knobs?: readonly Knob[];
  readonly user_words?: Words;
  readonly user_shape?: Parameters<typeof perM>[0]['shape'];
  readonly user_operations?: (knobs: Knobs) => Operations;
  readonly user_keep?: (operation: Operation, index: number, knobs: Knobs) => boolean;
  readonly user_together?: (operation: Operation, index: number, knobs: Knobs) => string | number | undefined;
  readonly user_build?: (m: Int32Array, m0: number, knobs: Knobs) => Coroutine;
  readonly user_run: (m: Int32Array, index: number, operations: readonly Operation[], knobs: Knobs) => Coroutine;
  readonly user_check?: (m: Int32Array, results: readonly unknown[], setting: Setting) => Coroutine<unknown>;
}

interface UserScenario extends LoadedCore {
  readonly scenario: Scenario;
}

/** Reports whether `name` is a module's path rather than the name of a scenario. */
export function isModulePath(name: string): boolean {
  return /[/\\]|\.m?[jt]s(?:#\d+)?$/.test(name);
}

/** Returns the file of `path`, and the number after it: `queue.test.ts#2` is the second scenario inside that module. */
export function placeOfModule(path: string): { readonly file: string; readonly inline?: number } {
  const inside = /^(.*)#(\d+)$/.exec(path);
  return inside === null || existsSync(path) ? { file: resolve(path) } : { file: resolve(inside[1]), inline: Number(inside[2]) };
}

/**
 * Loads the scenario in the module at `path`, which is also its name, and the core built with it.
 * @throws UsageError if there is no such module, it can't be built, or is no scenario
 */
export async function loadUserScenario(path: string, hooked: boolean, mutant?: Mutant): Promise<UserScenario> {
  const { file, inline } = placeOfModule(path);
  if (!existsSync(file)) throw new UsageError(`there is no module ${printable(path)}`);
  if (inline !== undefined) return loadOrdinaryScenario(path, { file, inline, names: ['default'] }, hooked, mutant);
  const names = await exportsOf(path, file);
  if (isOrdinary(names) || names.includes('default')) return loadOrdinaryScenario(path, { file, names }, hooked, mutant);
  if (!names.includes('run')) await tellOfInline(path, file);
  checkNames(path, names);
  const built = await build(path, file, names, hooked, mutant);
  const core = (await load(path, built)) as Core & UserExports;
  const scenario = describeUserScenario(path, core, built, mutant !== undefined);
  tryOut(path, core, scenario);
  return { core, sites: built.sites, build: built.build, reach: built.reach, scenario };
}

interface OrdinaryModule {
  readonly file: string;
  readonly names: readonly string[];
  /** Number of the scenario inside the module. */
  readonly inline?: number;
}

/** Loads a scenario over ordinary code: `threads` or a `spec`, or a default export that has one of them. */
async function loadOrdinaryScenario(path: string, { file, names, inline }: OrdinaryModule, hooked: boolean, mutant?: Mutant): Promise<UserScenario> {
  const isDefault = names.includes('default');
  if (!isDefault) checkOrdinaryNames(path, names);
  if (mutant !== undefined) throw new UsageError(`${printable(path)} runs nothing of the core, so no mutant can be planted in it`);
  const run = async (variant: boolean) => {
    const built = await refusing(path, () => buildOrdinary(file, variant, inline));
    const core = (await load(path, built)) as Core & OrdinaryCore;
    return { built, core, written: isDefault ? defaultOf(path, core) : (core as object) };
  };
  // Only the hooked variant reports each access.
  let loaded = await run(hooked || needsHooks(names));
  if (isDefault && !hooked && needsHooks(Object.keys(loaded.written))) loaded = await run(true);
  const { built, core, written } = loaded;
  if (isDefault) checkOrdinaryNames(path, Object.keys(written));
  const described = asExports(core, written);
  checkKinds(path, described);
  const scenario = describeOrdinary(path, described, built);
  tryOut(path, core, scenario);
  return { core, sites: built.sites, build: built.build, reach: built.reach, scenario };
}

function build(path: string, file: string, names: readonly string[], hooked: boolean, mutant?: Mutant): Promise<UserBuild> {
  const entry = `export * from ${JSON.stringify(ENTRY)};\nexport { ${names.map((name) => `${name} as ${PREFIX}${name}`).join(', ')} } from ${JSON.stringify(file)};\n`;
  return refusing(path, () => buildUserCore(entry, file, hooked, mutant));
}

/** Returns what `work` builds. @throws UsageError with what the build objects to */
async function refusing(path: string, work: () => Promise<UserBuild>): Promise<UserBuild> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unusable(path, error instanceof ConventionError ? `it breaks a convention that exploration needs:\n${error.message}` : (error as Error).message);
  }
}

/** Runs the module, which may throw. */
async function load(path: string, { load: run, places }: UserBuild): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    throw new ScenarioThrew(`${printable(path)} threw as it was loaded:\n${tellThrown(error, places, '').map((line) => `  ${line}`).join('\n')}`);
  }
}

/** Returns the exports of the module. */
async function exportsOf(path: string, file: string): Promise<readonly string[]> {
  const { parseUserModule } = await import('../rewrite/user-syntax.ts');
  try {
    return exportedNames(parseUserModule(readFileSync(file, 'utf8'), file));
  } catch (error) {
    throw unusable(path, (error as Error).message);
  }
}

/** @throws UsageError if the module at `file` is no scenario itself, and has scenarios inside */
async function tellOfInline(path: string, file: string): Promise<void> {
  const { inlineScenarios } = await import('../rewrite/ordinary/inline.ts');
  const inside = inlineScenarios(readFileSync(file, 'utf8'), file);
  if (inside.length > 0) throw unusable(path, `it has ${plural(inside.length, 'scenario')} inside; name one: ${inside.map(({ line }, i) => `'${printable(path)}#${i + 1}' (line ${line})`).join(', ')}`);
}

/** Checks the names of the exports. @throws UsageError for any that is not in EXPORTS */
function checkNames(path: string, names: readonly string[]): void {
  const unknown = names.find((name) => !(EXPORTS as readonly string[]).includes(name));
  if (unknown !== undefined) throw unusable(path, `it exports '${printable(unknown)}'${hint(unknown, EXPORTS)}; a scenario exports ${EXPORTS.join(', ')}`);
  if (!names.includes('run')) throw unusable(path, 'it exports no run(m, index, operations, knobs), what each M does, and no threads');
}

/** Types are exported, too; they are gone once the module is built. */
function exportedNames(program: AnyNode): readonly string[] {
  const names: string[] = [];
  if (program.type !== 'Program') return names;
  for (const node of program.body) {
    if (node.type === 'ExportDefaultDeclaration') names.push('default');
    if (node.type === 'ExportAllDeclaration') throw new Error('export * hides what it exports; name each');
    if (node.type !== 'ExportNamedDeclaration' || isType(node)) continue;
    for (const { exported, ...specifier } of node.specifiers) if (!isType(specifier)) names.push(exported.type === 'Identifier' ? exported.name : String(exported.value));
    const { declaration } = node;
    if (declaration?.type === 'FunctionDeclaration') names.push(declaration.id.name);
    if (declaration?.type === 'VariableDeclaration') for (const { id } of declaration.declarations) names.push(...namesIn(id).map(({ name }) => name));
  }
  return names;
}

function isType(node: object): boolean {
  return (node as { readonly exportKind?: string }).exportKind === 'type';
}

/** @param isMutated a bug is planted in the core, so errors may be its effect and not the module's */
function describeUserScenario(path: string, core: Core & UserExports, { places }: UserBuild, isMutated: boolean): Scenario {
  checkExports(path, core);
  const { user_summary: summary = '', user_procs: procs = [2], user_knobs: knobs = [], user_words: words } = core;
  const { user_shape: shape, user_operations: operations, user_keep: keep, user_together: together } = core;
  function calling<Result>(fn: string, work: () => Result): Result {
    return blaming(path, fn, places, work);
  }
  const scenario = perM({
    name: path,
    summary,
    procs,
    knobs,
    shape: (given) => (shape === undefined ? {} : checkShape(path, calling('shape', () => shape(given)))),
    operations: (given) => (operations === undefined ? Array.from({ length: given.procs }, () => []) : checkOperations(path, calling('operations', () => operations(given)), given.procs)),
    build: (_core, m, m0, { knobs: given }) => core.user_build?.(m, m0, given) ?? nothing(),
    run: (_core, m, i, list, given) => core.user_run(m, i, list, given),
    check: (m, results, setting) => (core.user_check === undefined ? '' : told(calling('check', () => runAlone(core, core.user_check!(m, results, setting))))),
  });
  return {
    ...scenario,
    ...(keep && { keeps: (operation: Operation, index: number, given: Knobs) => calling('keep', () => keep(operation, index, given)) }),
    ...(together && { bond: (operation: Operation, index: number, given: Knobs) => calling('together', () => together(operation, index, given)) }),
    prepare(given, setting, makeOracle) {
      // Unless the core is mutated, every error here comes from the module.
      const prepared = isMutated ? scenario.prepare(given, setting, makeOracle) : calling('build', () => scenario.prepare(given, setting, makeOracle));
      return {
        ...prepared,
        ...(words && { nameOf: (m: Int32Array, at: number) => nameUserWord(words, m, at) }),
        ...(!isMutated && { blame: (error: unknown, calls: readonly number[]) => tellThrown(error, places, 'run', calls) }),
      };
    },
  };
}

/** @throws UsageError for the first export of a wrong kind */
function checkExports(path: string, core: UserExports): void {
  const { user_summary: summary = '', user_procs: procs = [2], user_knobs: knobs = [], user_words: words = {} } = core;
  if (typeof summary !== 'string') throw unusable(path, 'its summary must be a string');
  if (!isNumbers(procs) || procs.some((n) => n < 1 || n > 64)) throw unusable(path, 'its procs must be a list of numbers of Ps, 1 to 64, the default first');
  if (!Array.isArray(knobs) || !knobs.every(isKnob)) throw unusable(path, "its knobs must be a list of { name, summary, values }, values a list of whole numbers, the default first; 'procs' is not one of them");
  if (!isWords(words)) throw unusable(path, 'its words must be an object that gives each name the place of a word, or [place, words], counted from globalAt(m, 0)');
  for (const name of ['shape', 'operations', 'keep', 'together'] as const) {
    const given: unknown = core[`${PREFIX}${name}`];
    if (given !== undefined && typeof given !== 'function') throw unusable(path, `its ${name} must be a function${name === 'shape' || name === 'operations' ? ' of the knobs' : ' of an operation'}`);
  }
  for (const name of ['run', 'build', 'check'] as const) {
    const given: unknown = core[`${PREFIX}${name}`];
    if (given !== undefined && !isCoroutineFunction(given)) throw unusable(path, `its ${name} must be a function declaration whose first parameter is called m`);
  }
}

/** Prepares the scenario once: errors in it are reported now, and not as failures of executions. */
function tryOut(path: string, core: Core, scenario: Scenario): void {
  try {
    const knobs = Object.fromEntries(scenario.knobs.map(({ name, values: [first] }) => [name, first])) as Knobs;
    scenario.prepare(core, { knobs, operations: scenario.operations!(knobs) }, () => ({ forget() {}, check: () => ({ problems: [] }) }));
  } catch (error) {
    throw error instanceof UsageError ? error : unusable(path, `it can't be prepared: ${(error as Error).message}`);
  }
}

function checkShape<Shape>(path: string, shape: Shape): Shape {
  const problem = shapeProblem(shape);
  if (problem !== '') throw unusable(path, problem);
  return shape;
}

function checkOperations(path: string, lists: unknown, procs: number): Operations {
  const isSound = Array.isArray(lists) && lists.length === procs && lists.every((list) => Array.isArray(list) && list.every(isOperation));
  if (!isSound) throw unusable(path, `its operations must be ${procs} lists, one for each M, of operations ['name', number, …]`);
  return lists as Operations;
}

function isOperation(each: unknown): boolean {
  return Array.isArray(each) && typeof each[0] === 'string' && each.slice(1).every((n) => typeof n === 'number');
}

const KNOB: ReadonlySet<string> = new Set(['name', 'summary', 'values']);

function isKnob(each: unknown): boolean {
  const { name, summary, values } = (each ?? {}) as Partial<Knob>;
  if (Object.keys(each ?? {}).some((key) => !KNOB.has(key))) return false;
  return typeof name === 'string' && name !== 'procs' && typeof summary === 'string' && isNumbers(values);
}

function isNumbers(values: unknown): values is readonly number[] {
  return Array.isArray(values) && values.length > 0 && values.every((n) => Number.isInteger(n));
}

function isCoroutineFunction(given: unknown): boolean {
  return typeof given === 'function' && Object.prototype.toString.call(given) === '[object GeneratorFunction]';
}

/** Returns a check's answer as a sentence, or ''. */
function told(answer: unknown): string {
  return typeof answer === 'string' ? answer : answer === undefined ? '' : `the check answered ${String(answer)}`;
}

function* nothing(): Coroutine<void> {}

function unusable(path: string, why: string): UsageError {
  return new UsageError(`${printable(path)} is no scenario: ${why}`);
}
