/** explore, as a test calls it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { decodeLine } from '../../src/explore/failures/line.ts';
import { ROOT } from '../../src/base/root.ts';
import { explore } from '../../src/explore-api/explore.ts';
import { ScenarioFailed } from '../../src/explore-api/failed.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-explore-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const SETUP = 'setup: () => new Int32Array(new SharedArrayBuffer(8))';

/** Writes a module whose default export is the scenario with these properties. */
function moduleOf(name: string, properties: string): string {
  const path = join(folder, name);
  writeFileSync(path, `import { scenario } from 'sweepgen/explore';\nexport default scenario({ ${properties} });\n`);
  return path;
}

const SOUND = moduleOf('sound.scenario.mjs', `${SETUP}, threads: [(a) => Atomics.add(a, 0, 1), (a) => Atomics.add(a, 0, 1)], check: (a) => a[0] === 2`);
const CARELESS = moduleOf('careless.scenario.mjs', `${SETUP}, threads: { left: (a) => { a[0]++; }, right: (a) => { a[0]++; } }, check: (a) => a[0] === 2 || 'one is lost'`);

async function failureOf(...given: Parameters<typeof explore>): Promise<ScenarioFailed> {
  return explore(...given).then(() => expect.unreachable(), (error: unknown) => error as ScenarioFailed);
}

describe('explore', () => {
  it.each([
    ['a path', SOUND],
    ['a path from the current folder', relative(process.cwd(), SOUND)],
    ['a URL', pathToFileURL(SOUND)],
    ['the text of a URL', pathToFileURL(SOUND).href],
  ])('takes %s', async (_, given) => {
    expect(await explore(given, { executions: 20, seed: 9 })).toEqual({ executions: 20, distinct: 2, seed: 9, covered: '' });
  });

  it('says what an exhaustive strategy has covered', async () => {
    expect(await explore(SOUND, { strategy: 'dfs:2' })).toMatchObject({ covered: 'every interleaving' });
  });

  it('lets loads return older values under a weak memory', async () => {
    const published = moduleOf('published.scenario.mjs', `${SETUP}, threads: [(a) => { a[0] = 7; a[1] = 1; }, (a) => (a[1] === 1 ? a[0] : 7)], check: (a, [, seen]) => seen === 7`);
    expect(await explore(published, { strategy: 'dfs:2', executions: 500 })).toMatchObject({ covered: expect.stringMatching(/^every interleaving/) });
    const failure = await failureOf(published, { memory: 'js', seed: 1 });
    expect(failure.lanes).toContain('older value');
  });

  it('looks for data races if it is asked to', async () => {
    const racing = moduleOf('racing.scenario.mjs', `${SETUP}, threads: [(a) => { a[0] = 7; }, (a) => a[0]]`);
    expect(await explore(racing, { executions: 50 })).toMatchObject({ executions: 50 });
    const failure = await failureOf(racing, { races: true, seed: 1 });
    expect(failure.verdict).toBe('race');
    expect(failure.history).toBeNull();
    expect(failure.message).toContain('is accessed by two threads, and nothing orders them');
    expect(decodeLine(/'(v1:.*)'/.exec(failure.replay)![1]).monitors).toEqual(['races']);
  });

  it('throws the history of operations that a spec judges', async () => {
    const torn = moduleOf('torn.scenario.mjs', `${SETUP}, operations: [[['add', 1]], [['add', 2]]], actions: { add: (a, by) => { const old = a[0]; a[0] = old + by; return old; } }, spec: { init: () => [0], add: (model, by) => { model[0] += by; return model[0] - by; } }`);
    const { history, verdict } = await failureOf(torn, { seed: 1 });
    expect(verdict).toBe('invariant');
    expect(history).toMatchObject({ consistency: 'linearizable', operations: [{ thread: 'thread 1', name: 'add', arguments: [1], result: '0' }, { thread: 'thread 2', name: 'add', arguments: [2], result: '0' }] });
    expect(history!.operations.filter(({ isBlamed }) => isBlamed)).toHaveLength(1);
    for (const { begin, end } of history!.operations) expect(end).toBeGreaterThan(begin);
  });

  it('ends when the time is up', async () => {
    const { executions } = await explore(SOUND, { seconds: 0.01 });
    expect(executions).toBeGreaterThan(0);
  });

  it('throws a failure with its explanation, lanes, seed, and the command that replays it', async () => {
    const failure = await failureOf(CARELESS, { seed: 3 });
    expect(failure).toBeInstanceOf(ScenarioFailed);
    expect(failure).toMatchObject({ name: 'ScenarioFailed', verdict: 'invariant', seed: 3 });
    expect(failure.lanes.split('\n')[0]).toMatch(/step {2}left .*│ right .*│ source/);
    expect(failure.message).toContain('one is lost');
    expect(failure.message).toContain(failure.lanes);
    expect(failure.message).toContain(`  ${failure.replay}\n`);
    expect(decodeLine(/'(.*)'/.exec(failure.replay)![1])).toMatchObject({ scenario: relative(process.cwd(), CARELESS) });
  });

  it('throws with the stack of its caller', async () => {
    const { stack } = await failureOf(CARELESS);
    expect(stack).toMatch(/^ScenarioFailed: /);
    expect(stack).toContain('explore.test.ts');
    expect(stack).not.toContain(join(ROOT, 'src'));
  });

  it('finds the same failure for the same seed', async () => {
    const [one, other] = [await failureOf(CARELESS, { seed: 5 }), await failureOf(CARELESS, { seed: 5 })];
    expect(one.message).toBe(other.message);
  });

  it('rejects what is no scenario with a sentence', async () => {
    await expect(explore(moduleOf('empty.mjs', SETUP))).rejects.toThrow(/empty\.mjs is no scenario: it has no threads/);
    await expect(explore(join(folder, 'absent.mjs'))).rejects.toThrow(/there is no module .*absent\.mjs/);
    await expect(explore({ setup: () => 0, threads: [] })).rejects.toThrow(/scenario\(import\.meta/);
    writeFileSync(join(folder, 'runner.mjs'), "import { expect } from 'vitest';\nexport const setup = () => 0, threads = [() => {}], check = () => expect(1).toBe(1);\n");
    await expect(explore(join(folder, 'runner.mjs'))).rejects.toThrow("runner.mjs imports vitest, which can't run inside a scenario");
    const core = join(ROOT, 'test/fixtures/scenarios/counted-stack.mjs');
    await expect(explore(core)).rejects.toThrow("run it with 'sweepgen explore'");
  });

  it.each([
    ['an unknown option', { exectuions: 3 }, "there is no option 'exectuions' of explore; did you mean executions?"],
    ['a number of executions that is none', { executions: 0.5 }, 'executions must be a whole number'],
    ['no time', { seconds: 0 }, 'seconds must be a number above 0'],
    ['a seed out of range', { seed: -1 }, 'seed must be a whole number'],
    ['an unknown memory', { memory: 'arm' }, 'memory must be one of sc, tso, js, not arm'],
    ['races that are neither', { races: 'yes' }, 'races must be true or false, not yes'],
    ['an unknown strategy', { strategy: 'luck' }, "strategy 'luck'"],
  ])('rejects %s', async (_, options, message) => {
    const error = await failureOf(SOUND, options as object);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain(message);
  });
});

describe('the seed', () => {
  const seedUsed = async () => (await explore(SOUND, { executions: 1 })).seed;

  it('is 1 in a build', async () => {
    vi.stubEnv('CI', 'true');
    expect([await seedUsed(), await seedUsed()]).toEqual([1, 1]);
  });

  it('is fresh elsewhere', async () => {
    vi.stubEnv('CI', '');
    expect(await seedUsed()).not.toBe(await seedUsed());
  });

  it('is that of SWEEPGEN_SEED', async () => {
    vi.stubEnv('CI', 'true');
    vi.stubEnv('SWEEPGEN_SEED', '12');
    expect(await seedUsed()).toBe(12);
    vi.stubEnv('SWEEPGEN_SEED', 'twelve');
    await expect(seedUsed()).rejects.toThrow("SWEEPGEN_SEED must be a whole number from 0 to 4294967295, not 'twelve'");
  });
});
