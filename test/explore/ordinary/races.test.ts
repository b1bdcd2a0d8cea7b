/** The race detector for ordinary code: what it calls a race, and what orders accesses. */
import { describe, expect, it } from 'vitest';
import { investigate } from '../../../src/explore/failures/describe.ts';
import { decodeLine } from '../../../src/explore/failures/line.ts';
import { replayArtefact } from '../../../src/explore/failures/replay.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { search, type Found } from '../search.ts';
import { moduleOf } from './modules.ts';

const SETUP = `export function setup() {
  const buffer = new SharedArrayBuffer(64);
  return { a: new Int32Array(buffer), b: new Uint8Array(buffer), d: new DataView(buffer), f: new Float64Array(buffer), big: new BigInt64Array(buffer), n: new Int32Array(new SharedArrayBuffer(16)) };
}
`;

async function racing(threads: string, more = '', executions = 200): Promise<Found> {
  const { core, sites, scenario } = await loadUserScenario(moduleOf(`${SETUP}export const threads = [${threads}];\n${more}`), true);
  return search({ core, scenario, executions, monitors: ({ names }) => makeMonitors(core, sites, ['races'], names) });
}

const two = (body: string) => `({ a, b, d, f, big, n }) => { ${body} }`;

describe('a data race is', () => {
  it.each([
    ['a plain store and a plain load', two('a[1] = 1;'), two('return a[1];')],
    ['two plain stores', two('a[1] = 1;'), two('a[1] = 1;')],
    ['a plain load and an atomic store', two('return a[1];'), two('Atomics.store(a, 1, 1);')],
    ['a plain store and an atomic load', two('a[1] = 1;'), two('return Atomics.load(a, 1);')],
    ['a byte and the word that holds it', two('b[6] = 1;'), two('return a[1];')],
    ['a word and the double that holds it', two('return f[0];'), two('a[1] = 1;')],
    ['an unaligned access by DataView', two('d.setUint16(7, 1);'), two('return b[8];')],
    ['atomics of different sizes', two('Atomics.store(b, 4, 1);'), two('return Atomics.load(a, 1);')],
    ['a built-in and a store', two('return a.includes(3);'), two('a[9] = 1;')],
    ['a built-in that writes', two('a.fill(7, 1, 2);'), two('return b[5];')],
    ['an iteration in one step', two('return [...a];'), two('a[9] = 1;')],
    ['a store after a message that nobody has received', two('a[1] = 1; Atomics.store(a, 0, 1);'), two('return a[1] + Atomics.load(a, 0);')],
    ['a store after the notify', two('Atomics.store(a, 0, 1); Atomics.notify(a, 0); a[1] = 1;'), two('while (Atomics.load(a, 0) === 0) Atomics.wait(a, 0, 0); return a[1];')],
    ['a plain store in the place of the atomic one', two('a[1] = 1; n[0] = 1;'), two('while (Atomics.load(n, 0) === 0); return a[1];')],
  ])('%s', async (_, one, other) => {
    const { failure } = await racing(`${one}, ${other}`);
    expect(failure).toMatchObject({ verdict: 'race' });
    expect(failure!.facts[0]).toMatch(/is accessed by two threads, and nothing orders them$/);
  });
});

describe('no data race is', () => {
  it.each([
    ['two loads', two('return a[1];'), two('return b[5] + f[0];')],
    ['two bytes of one word', two('b[5] = 1;'), two('b[6] = 1;')],
    ['two halves of a word, by DataView', two('d.setInt16(4, 1);'), two('return d.getInt16(6);')],
    ['atomics of one size', two('Atomics.add(big, 0, 1n);'), two('return Atomics.load(big, 0);')],
    ['atomics of neighbouring bytes', two('Atomics.store(b, 4, 1);'), two('b[5] = 1;')],
    ['a part of a view that a built-in leaves out', two('return a.slice(0, 2).length + a.subarray(5).length;'), two('a[2] = 1;')],
    ['a message by an atomic store', two('a[1] = 1; Atomics.store(a, 0, 1);'), two('while (Atomics.load(a, 0) === 0); return a[1];')],
    ['a message by an update of a message', two('a[1] = 1; Atomics.store(a, 0, 1);'), two('while (Atomics.add(a, 0, 0) === 0); return a[1];')],
    ['a lock', two('while (Atomics.exchange(a, 0, 1) === 1); a[1]++; Atomics.store(a, 0, 0);'), two('while (Atomics.exchange(a, 0, 1) === 1); a[1]++; Atomics.store(a, 0, 0);')],
    ['a notify and the wait that it ends', two('a[1] = 1; while (Atomics.notify(n, 0) === 0);'), two('Atomics.wait(n, 0, 0); return a[1];')],
    ['a notify before a wait', two('a[1] = 1; Atomics.notify(n, 0); Atomics.store(n, 1, 1);'), two('while (Atomics.load(n, 1) === 0); Atomics.wait(n, 0, 1); return a[1];')],
    ['a notify and what awaits it', two('a[1] = 1; while (Atomics.notify(n, 0) === 0);'), `async ({ a, n }) => { await Atomics.waitAsync(n, 0, 0).value; return a[1]; }`],
  ])('%s', async (_, one, other) => {
    expect((await racing(`${one}, ${other}`)).failure).toBeUndefined();
  });

  it('what setup and check do', async () => {
    expect((await racing(two('a[1] = 1;'), 'export const check = ({ a }) => a[1] === 1;')).failure).toBeUndefined();
  });
});

describe('an intended race', () => {
  const THREADS = `function store({ a }) { a[1] = 1; }, function load({ a }) {\n  return a[1];\n}`;

  it.each([
    ['its functions', "export const racy = ['load', 'store'];", false],
    ['true', 'export const racy = true;', false],
    ['the load alone', "export const racy = ['load'];", false],
    ['the store alone', "export const racy = ['store'];", true],
  ])('is named by %s', async (_, more, isFound) => {
    expect((await racing(THREADS, more)).failure !== undefined).toBe(isFound);
  });
});

describe('a race', () => {
  it('is found in a scenario that watches for itself, in either variant, and only once', async () => {
    const { core, sites, scenario } = await loadUserScenario(moduleOf(`${SETUP}export const threads = [${two('a[1] = 1;')}, ${two('a[1] = 2;')}];\nexport const races = true;`), false);
    expect(makeMonitors(core, sites, ['races'])).toEqual([]);
    expect(search({ core, scenario, executions: 5 }).failure).toMatchObject({ verdict: 'race', facts: ['a[1] is accessed by two threads, and nothing orders them', expect.stringMatching(/^thread [12] stores at .*:5:/), expect.stringMatching(/^thread [12] stores at .*:5:/)] });
  });

  it('ends the execution even if the code catches all errors', async () => {
    const { failure } = await racing(`${two('a[1] = 1;')}, ${two('try { a[1] = 2; } catch { return 1; }')}`);
    expect(failure).toMatchObject({ verdict: 'race' });
  });

  it('is shrunk, and replayed by its line', async () => {
    const loaded = await loadUserScenario(moduleOf(`${SETUP}export const threads = [${two('n[0]++; b[6] = 1;')}, ${two('n[1]++; return b[6];')}, ${two('n[2]++;')}];`), true);
    const makeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });
    const { line, artefact } = investigate({ scenario: loaded.scenario, setting: settingOf(loaded.scenario), strategy: makeStrategy('uniform'), seed: 1, monitors: ['races'] }, { core: loaded, makeOracle });
    expect(artefact).toMatchObject({ verdict: 'race', monitors: ['races'], facts: ['b[6] is accessed by two threads, and nothing orders them', expect.anything(), expect.anything()] });
    expect(artefact.operations![2]).toEqual([]);
    expect(await replayArtefact(decodeLine(line), { makeOracle })).toMatchObject({ fails: true, divergence: '' });
  });

  it('is looked for among at most 16 threads', async () => {
    await expect(racing(Array.from({ length: 17 }, () => two('a[1];')).join())).rejects.toThrow('the race detector follows at most 16 threads, not 17');
  });
});
