/** A scenario from a module of the user's own is rewritten with the core, or refused in one sentence. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { ROOT } from '../../../src/drivers/explore/load.ts';
import { settingOf } from '../../../src/drivers/explore/scenarios/scenario.ts';
import type { LoadedScenario } from '../../../src/drivers/explore/load-scenario.ts';
import { isModulePath, loadUserScenario } from '../../../src/drivers/explore/user-scenario.ts';
import { search } from './search.ts';

const EXAMPLE = join(ROOT, 'test/fixtures/scenarios/two-stacks.mjs');
const folder = mkdtempSync(join(tmpdir(), 'sweepgen-user-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function moduleOf(text: string): string {
  const path = join(folder, `scenario-${++files}.mjs`);
  writeFileSync(path, text);
  return path;
}

const example = await loadUserScenario(EXAMPLE, false);

function explore({ core, scenario }: LoadedScenario, executions: number, knobs?: Record<string, number>) {
  return search({ core, scenario, setting: settingOf(scenario, knobs), executions });
}

async function refusal(text: string): Promise<string> {
  const error = await loadUserScenario(moduleOf(text), false).then(
    () => new Error('it was taken'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ exitCode: 2 });
  return error.message;
}

describe("a user's own scenario", () => {
  it('is told from the name of one by its path', () => {
    expect(['./mine.mjs', 'mine.mjs', 'dir/mine.js', '/abs/mine.js'].map(isModulePath)).toEqual([true, true, true, true]);
    expect(['whole-cycle', 'runq'].map(isModulePath)).toEqual([false, false]);
  });

  it('is called by its path, and has the knobs and operations that its module says', () => {
    const { scenario } = example;
    expect(scenario).toMatchObject({ name: EXAMPLE, summary: 'nodes that move between two lock-free stacks' });
    expect(scenario.knobs.map(({ name, values }) => [name, ...values])).toEqual([['procs', 3, 2], ['moves', 3, 1]]);
    expect(settingOf(scenario, { procs: 2, moves: 1 }).operations).toEqual([[['move', 0]], [['move', 1]]]);
  });

  it('survives when it is right', () => {
    expect(explore(example, 1500).failure).toBeUndefined();
    expect(explore(example, 300, { procs: 2, moves: 1 }).failure).toBeUndefined();
  });

  it('fails when it is wrong: a stack without push counts mistakes a node that came back', async () => {
    const broken = moduleOf(readFileSync(EXAMPLE, 'utf8').replace('abaBits: 8', 'abaBits: 0').replace('values: [3, 1]', 'values: [6]'));
    const { failure } = explore(await loadUserScenario(broken, false), 5000);
    expect(failure).toMatchObject({ verdict: 'invariant' });
    expect(failure!.facts.join()).toMatch(/node|nodes/);
  });
});

const RUN = 'export function run(m, index) { m[8 + index] = 1; }\n';

describe('a module that is no scenario is refused', () => {
  it.each([
    ['is not there', undefined, /^there is no module /],
    ['does not parse', 'export function run(m {', /Unexpected token/],
    ['throws', `${RUN}throw new Error('not today');`, /not today/],
    ['has no run', 'export const procs = [2];', /exports no run/],
    ['exports what nobody asks for', `${RUN}export const knob = [];`, /exports 'knob'/],
    ['hides its exports', `${RUN}export * from './other.mjs';`, /export \* hides/],
    ['imports what the core has not', `import { mallocgcc } from 'sweepgen/core';\nexport function run(m) { mallocgcc(m); }`, /mallocgcc/],
    ['imports what is nowhere', `import './nowhere.mjs';\n${RUN}`, /nowhere/],
    ['keeps the memory in a closure', 'export function run(m, index) { [1].forEach(() => { m[8] = index; }); }', /convention[^]*:1:\d+: m is captured by a closure/],
    ['has a run that is none', 'export const run = 5;', /run must be a function declaration/],
    ['calls the memory otherwise', 'export function run(memory, index) { memory[8] = index; }', /first parameter is called m/],
    ['has knobs that are none', `${RUN}export const knobs = [{ name: 'procs', summary: '', values: [1] }];`, /knobs must be/],
    ['has operations that are none', `${RUN}export function operations() { return [['move'], []]; }`, /operations must be 2 lists/],
    ['can not be built', `${RUN}export function build(m, m0) { throw new Error('no bricks'); }`, /can't be prepared: no bricks/],
  ])('that %s', async (_what, text, message) => {
    if (text === undefined) await expect(loadUserScenario(join(folder, 'absent.mjs'), false)).rejects.toThrow(message);
    else expect(await refusal(text)).toMatch(message);
  });
});
