/** Loading of workload modules: the toolkit that they receive, and the errors for wrong modules. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { BUILT_INS } from '../../src/workloads/built-ins.ts';
import { churn } from '../../src/workloads/churn.ts';
import { loadWorkload } from '../../src/workloads/load-workload.ts';
import { runOnOneP } from '../support/machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-workloads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let written = 0;
function moduleOf(text: string): string {
  const path = join(folder, `workload-${written++}.mjs`);
  writeFileSync(path, text);
  return path;
}

/** Returns the message of the UsageError for `spec`, without its path. */
async function refusal(spec: string): Promise<string> {
  const error: unknown = await loadWorkload(spec).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message.replaceAll(spec, 'MODULE');
}

/** A workload that sums up the numbers that it reads back from the heap. */
const CHAIN = `
export default function (api) {
  const { newObject, storeWord, storeInt, loadInt, loadWord, getInt, setInt, getSlot, setSlot, globalAt, GOEXIT } = api;
  function grow(m, mp, gp) {
    for (let i = 0; i < 100; i++) {
      const node = newObject(m, mp, gp, 1, 48, 0);
      storeWord(m, node, 0, getSlot(m, gp, 0));
      storeInt(m, node, 1, i);
      setSlot(m, gp, 0, node);
    }
    setInt(m, gp, 0, getInt(m, gp, 0) - 1);
    return getInt(m, gp, 0) > 0 ? 0 : 1;
  }
  function sum(m, mp, gp) {
    for (let node = getSlot(m, gp, 0); node !== 0; node = loadWord(m, node, 0)) m[globalAt(m, 0)] += loadInt(m, node, 1);
    return GOEXIT;
  }
  function report(m) { return ['sum ' + m[globalAt(m, 0)]]; }
  return {
    name: 'chain', summary: 'a chain',
    params: { rounds: { default: 500, min: 1, max: 1000, help: 'hundreds of nodes' } },
    needs: ({ rounds }) => ({ arenaBytes: rounds * 10_000 + (4 << 20), globals: 1, goroutines: 1 }),
    steps: [grow, sum], main: { pc: 0, slots: 2 },
    args: ({ rounds }) => [rounds], report,
  };
}`;

const FINE = `{ name: 'x', summary: '', params: {}, needs: () => ({ arenaBytes: 1e6, globals: 0, goroutines: 1 }), steps: [() => -1], main: { pc: 0, slots: 0 }, args: () => [] }`;
const with_ = (change: string) => `export default { ...${FINE}, ${change} };`;

describe('built-in workloads', () => {
  it('are found by name', async () => {
    expect(await loadWorkload('churn')).toBe(churn);
    for (const workload of BUILT_INS) expect(await loadWorkload(workload.name)).toBe(workload);
  });

  it('are listed in the error for an unknown name', async () => {
    expect(await refusal('chrun')).toMatch(/^there is no workload MODULE; built in are tree, list, .*churn.*; a module of your own is named by its path, as \.\/MODULE\.mjs$/);
  });
});

describe('workload modules', () => {
  it('keep the types that they declare, which typeTable must make', async () => {
    const typed = await loadWorkload(moduleOf(`export default ({ typeTable, types }) => ({ ...${FINE}, types: typeTable(types.struct('pair', { a: types.string, b: types.int })) });`));
    expect(typed.types?.types).toHaveLength(3);
    for (const types of ['{}', '7', 'null', '[]', '{ types: [] }']) expect(await refusal(moduleOf(with_(`types: ${types}`)))).toMatch(/types must be made by typeTable\(\)/);
    const wrong = moduleOf(`export default ({ typeTable, types: { struct, int, string } }) => ({ ...${FINE}, types: typeTable(struct('t', { a: int }), struct('t', { a: string })) });`);
    expect(await refusal(wrong)).toMatch(/two different types are named t; rename one/);
  });

  it('receive the toolkit and run', async () => {
    const path = moduleOf(CHAIN);
    for (const spec of [path, pathToFileURL(path).href]) {
      const { lines, memstats } = runOnOneP(await loadWorkload(spec), { rounds: 800 }, { gogc: 20 });
      expect(lines).toEqual([`sum ${800 * 4950}`]);
      expect(memstats.Mallocs).toBe(80_000);
      expect(memstats.NumGC).toBeGreaterThan(0);
    }
  });

  it('may export a workload object', async () => {
    expect(runOnOneP(await loadWorkload(moduleOf(`export default ${FINE};`))).lines).toEqual([]);
  });

  it.each<[string, string | RegExp]>([
    ['export const workload = {};', 'workload module MODULE has no default export; export a workload, or a function that makes one from the toolkit'],
    ['throw new Error("no luck");', "workload module MODULE can't be loaded: no luck at MODULE:1"],
    ['export default {', /^workload module MODULE can't be loaded: /],
    ['export default () => { throw new TypeError("not today"); };', /^workload module MODULE: its default export threw: not today at MODULE:1/],
    ['export default () => undefined;', /^workload module MODULE: .*expected object/],
    ['export default 7;', /^workload module MODULE: .*expected object/],
    ['export default async () => ({});', /^workload module MODULE: /],
    [with_('steps: []'), 'workload module MODULE: steps must have at least one step'],
    [with_('steps: [() => -1, 5]'), 'workload module MODULE: steps[1] must be a function'],
    [with_('needs: 3'), 'workload module MODULE: needs must be a function'],
    [with_('build: true'), 'workload module MODULE: build must be a function'],
    [with_('name: undefined'), /^workload module MODULE: name .*expected string/],
    [with_('main: { pc: 1, slots: 0 }'), 'workload module MODULE: main.pc lies past the last step'],
    [with_('main: { pc: -1, slots: 0 }'), /^workload module MODULE: main.pc /],
    [with_('main: { pc: 0, slots: 1e6 }'), /^workload module MODULE: main.slots /],
    [with_('params: { n: { default: 5, min: 1, max: 3, help: "" } }'), 'workload module MODULE: params.n has a default outside min to max'],
    [with_('params: { n: { default: 5, min: 9, max: 3, help: "" } }'), /^workload module MODULE: params.n has a min above its max/],
    [with_('params: { n: { default: NaN, min: 1, max: 3, help: "" } }'), /^workload module MODULE: params.n.default /],
    [with_('params: { "a b": { default: 1, min: 1, max: 3, help: "" } }'), /^workload module MODULE: params.a b .*is no name for a param|^workload module MODULE: /],
    [with_('params: { n: 3 }'), /^workload module MODULE: params.n /],
  ])('are refused: %s', async (text, message) => {
    const told = await refusal(moduleOf(text));
    if (typeof message === 'string') expect(told).toBe(message);
    else expect(told).toMatch(message);
    expect(told).not.toContain('\n');
  });

  it('are refused if needs or args return impossible values', async () => {
    const needs = await loadWorkload(moduleOf(with_('needs: () => ({ arenaBytes: -1, globals: 0, goroutines: 1 })')));
    expect(() => needs.needs({})).toThrow(/needs\(\): arenaBytes /);
    const throwing = await loadWorkload(moduleOf(with_('needs: () => { throw new Error("oops"); }')));
    expect(() => throwing.needs({})).toThrow(/needs\(\) threw: oops at .*workload-\d+\.mjs:1 \(needs\)$/);
    const args = await loadWorkload(moduleOf(with_('args: () => Array(33).fill(1)')));
    expect(() => args.args({}, 1)).toThrow(/args\(\): can be at most 32, the ints of a goroutine/);
  });

  it('must be existing files', async () => {
    expect(await refusal('./nowhere.mjs')).toBe('workload module MODULE: there is no such file');
    expect(await refusal('https://example.com/x.mjs')).toBe('workload module MODULE: only files can be loaded, by path or file: URL');
    expect(await refusal('file://host/x.mjs')).toMatch(/^workload module MODULE: /);
  });
});
