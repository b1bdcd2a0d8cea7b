/** A scenario from a module of the user's own is rewritten with the core, or refused in one sentence. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { explainFailure } from '../../src/explore/failure.ts';
import { ROOT } from '../../src/base/root.ts';
import { CACHE } from '../../src/explore/core-cache.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import type { LoadedScenario } from '../../src/explore/load-scenario.ts';
import { buildUserCore } from '../../src/explore/user-build.ts';
import { isModulePath, loadUserScenario } from '../../src/explore/user-scenario.ts';
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
    ['has an unknown export', `${RUN}export const knob = [];`, /exports 'knob'/],
    ['hides its exports', `${RUN}export * from './other.mjs';`, /export \* hides/],
    ['imports what the core has not', `import { mallocgcc } from 'sweepgen/core';\nexport function run(m) { mallocgcc(m); }`, /mallocgcc/],
    ['imports what is nowhere', `import './nowhere.mjs';\n${RUN}`, /nowhere/],
    ['keeps the memory in a closure', 'export function run(m, index) { [1].forEach(() => { m[8] = index; }); }', /convention[^]*:1:\d+: m is captured by a closure/],
    ['has a run that is none', 'export const run = 5;', /run must be a function declaration/],
    ['calls the memory otherwise', 'export function run(memory, index) { memory[8] = index; }', /first parameter is called m/],
    ['has knobs that are none', `${RUN}export const knobs = [{ name: 'procs', summary: '', values: [1] }];`, /knobs must be/],
    ['has operations that are none', `${RUN}export function operations() { return [['move'], []]; }`, /operations must be 2 lists/],
    ['can not be built', `${RUN}export function build(m, m0) { throw new Error('no bricks'); }`, /build threw:\n {2}no bricks\n {2}at .*:2 \(build\)/],
  ])('that %s', async (_what, text, message) => {
    if (text === undefined) await expect(loadUserScenario(join(folder, 'absent.mjs'), false)).rejects.toThrow(message);
    else expect(await refusal(text)).toMatch(message);
  });
});

/** One module that goes wrong in the way that the knob `how` says: building one takes a second. */
const WRONG = `import { fatal, globalAt, lock, unlock, mAt } from 'sweepgen/core';
export const procs = [2];
export const knobs = [{ name: 'how', summary: 'what goes wrong', values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }];
export const words = { FLAG: 40, ITEMS: [44, 3] };
export function shape({ how }) {
  if (how === 1) return { bssWord: 64 };
  if (how === 2) throw new Error('no shape today');
  return { bssWords: 64 };
}
export function operations({ procs, how }) {
  return Array.from({ length: procs }, () => [['go', how]]);
}
export function build(m, m0, { how }) {
  if (how === 3) m[globalAt(m, 1e9)] = 1;
}
function deeper(m, how) {
  if (how === 4) undefined.field = m[40];
  for (; how === 5;) how |= 4;
}
export function run(m, index, orders, { how }) {
  deeper(m, how);
  if (how === 6) unlock(m, mAt(m, index), undefined);
  if (how === 7) fatal('MINE', { index });
  if (how === 10) m[globalAt(m, 4096)] = 1;
  if (how === 9) while (m[globalAt(m, 0) + 40] === 0 || m[globalAt(m, 0) + 45] === 0);
}
export function check(m, results, { knobs: { how } }) {
  if (how === 8) return results.missing.length;
}
`;

const path = moduleOf(WRONG);
const wrong = await loadUserScenario(path, true);

describe("an error of a user's scenario", () => {
  function thrown(how: number): Error & { exitCode?: number } {
    try {
      explore(wrong, 1, { how });
    } catch (error) {
      return error as Error;
    }
    throw new Error('nothing was thrown');
  }
  const lineOf = (text: string) => WRONG.split('\n').findIndex((line) => line.includes(text)) + 1;

  it('a field that shape has not, with the nearest that it has', () => {
    expect(thrown(1)).toMatchObject({ exitCode: 2, message: `${path} is no scenario: its shape has no field 'bssWord'; did you mean bssWords?` });
  });

  it.each<[what: string, how: number, message: RegExp, text: string, fn: string]>([
    ['a throw in shape', 2, /shape threw:\n  no shape today/, 'no shape today', 'shape'],
    ['a bad place in build', 3, /build threw:\n  Fatal: GLOBAL_OUT_OF_RANGE i=1000000000/, '1e9', 'build'],
    ['a throw in check', 8, /check threw:\n  TypeError: Cannot read/, 'results.missing', 'check'],
  ])('%s, with its line', (_, how, message, text, fn) => {
    const error = thrown(how);
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`  at ${path}:${lineOf(text)} (${fn})`);
    expect(error.message).toMatch(/\n  hint: /);
  });

  it.each<[what: string, how: number, fact: RegExp, text: string, fn: string]>([
    ['a throw in a function that run calls', 4, /^TypeError: Cannot set properties of undefined/, 'undefined.field', 'deeper'],
    ['a loop without end and without an access', 5, /^a loop without end: 20,000,000 iterations/, 'how |= 4', 'deeper'],
    ['a bad reference given to the core', 6, /^RangeError: access outside the shared memory|^TypeError|^Fatal/, 'undefined)', 'run'],
  ])('%s, with its line and a hint', (_, how, fact, text, fn) => {
    const { failure } = explore(wrong, 1, { how });
    expect(failure).toMatchObject({ verdict: 'exception', fault: 'scenario' });
    expect(failure!.facts[0]).toMatch(fact);
    expect(failure!.facts[1]).toBe(`at ${path}:${lineOf(text)} (${fn})`);
    expect(failure!.facts[2]).toMatch(/^hint: .*fatal\('CODE'/);
  });

  it('but what it says with fatal is what it has found', () => {
    const { failure } = explore(wrong, 1, { how: 7 });
    expect(failure).toMatchObject({ verdict: 'invariant', fault: 'core', facts: ['MINE index=0', `at ${path}:${lineOf("fatal('MINE'")} (run)`] });
  });

  it('and an argument out of range is told with its line', () => {
    const { failure } = explore(wrong, 1, { how: 10 });
    expect(failure).toMatchObject({ fault: 'scenario', facts: ['GLOBAL_OUT_OF_RANGE i=4096', `at ${path}:${lineOf('4096')} (run)`] });
    expect(explainFailure(failure!)[0]).toBe('the scenario itself, on M0, passed an argument that the core rejects:');
  });

  it('and its words go by the names that it gives them', () => {
    const { failure } = explore(wrong, 1, { how: 9 });
    expect(failure).toMatchObject({ verdict: 'livelock' });
    expect(failure!.facts.slice(0, 2)).toEqual(['M0 loops over FLAG', 'M1 loops over FLAG']);
  });
});

describe('a call with a wrong number of arguments', () => {
  it('is refused with module, line and what the function takes', async () => {
    const text = "import { lock, mAt } from 'sweepgen/core';\nexport function run(m, index) {\n  lock(m, mAt(m, index));\n  helper(m, 1, 2);\n}\nfunction helper(m, x) { return m[x]; }\n";
    const message = await refusal(text);
    expect(message).toMatch(/:3:\d+: lock takes 3 arguments \(m, mp, \w+\), not 2/);
    expect(message).toMatch(/:4:\d+: helper takes 2 arguments \(m, x\), not 3/);
  });
});

/** Returns the code in an entry of the cache; '' for what is no folder with code. */
function buildIn(name: string): string {
  const path = join(CACHE, name, 'core.mjs');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('a module that was built before', () => {
  it('is not built again, until it changes', async () => {
    const changing = moduleOf(`${RUN}export const summary = 'first';\n`);
    const first = await loadUserScenario(changing, false);
    const again = await loadUserScenario(changing, false);
    expect(again.core).toBe(first.core);
    writeFileSync(changing, `${RUN}export const summary = 'second';\n`);
    expect((await loadUserScenario(changing, false)).scenario.summary).toBe('second');
  });

  it('is told of in full after another process has forgotten the build', async () => {
    const throwing = moduleOf(`export const procs = [1];\nexport function run(m) {\n  undefined.forgotten = m[8];\n}\n`);
    const loaded = await loadUserScenario(throwing, true);
    const forgotten = readdirSync(CACHE).filter((name) => buildIn(name).includes('undefined.forgotten'));
    expect(forgotten).not.toEqual([]);
    for (const name of forgotten) rmSync(join(CACHE, name), { recursive: true });
    const { failure } = explore(loaded, 1);
    expect(failure).toMatchObject({ verdict: 'exception' });
    expect(failure!.facts.join('\n')).toContain(`${throwing}:3`);
  });

  it('is loaded even if another process forgets the build meanwhile', async () => {
    const text = `${RUN}export const summary = 'fleeting';\n`;
    const build = await buildUserCore(text, moduleOf(text), false);
    for (const name of readdirSync(CACHE).filter((each) => buildIn(each).includes("'fleeting'"))) rmSync(join(CACHE, name), { recursive: true });
    expect(await build.load()).toMatchObject({ summary: 'fleeting' });
  });
});
