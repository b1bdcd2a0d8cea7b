import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machinePath, openMachine, saveMachine } from '../../src/cli/machine-file.ts';
import { parseModelThreads } from '../../src/cli/prediction.ts';
import { MACHINES } from '../../src/drivers/model/machines.ts';
import { cli } from './fakes.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['1,2,16', [1, 2, 16]],
  ['4, 2,4', [2, 4]],
  ['1..4', [1, 2, 3, 4]],
  ['1..128', [1, 2, 4, 8, 16, 32, 64, 128]],
  ['3..20', [3, 4, 8, 16, 20]],
  ['1..2,64', [1, 2, 64]],
])('--model %s predicts for %j threads', (text, counts) => {
  expect(parseModelThreads(text)).toEqual(counts);
});

test.each(['0', '129', '4..2', '1..2..3', '1..', 'all', ''])("--model '%s' is refused", (text) => {
  expect(() => parseModelThreads(text)).toThrow('--model');
});

test('what calibrate has written is the machine from then on, and any file of it by its path', () => {
  const env = { XDG_CONFIG_HOME: join(folder, 'config') };
  expect(openMachine(env)).toEqual(MACHINES[0]);
  const here = { ...MACHINES[0], name: 'here', transferNs: 123 };
  expect(saveMachine(env, here)).toBe(machinePath(env));
  expect(openMachine(env)).toEqual(here);
  expect(openMachine(env, MACHINES[0].name)).toEqual(MACHINES[0]);
  const path = join(folder, 'lab.json');
  saveMachine(env, { ...here, name: 'lab' }, path);
  expect(openMachine(env, path).name).toBe('lab');
  expect(readFileSync(path, 'utf8')).toMatch(/\n$/);
});

test.each([
  ['none', undefined, 'there is no file'],
  ['text', 'no json', 'it is no JSON'],
  ['part', '{"name": "x"}', 'holds no machine: about'],
  ['negative', JSON.stringify({ ...MACHINES[0], wakeNs: -1 }), 'wakeNs'],
])('a machine file that is %s is refused', (name, text, message) => {
  const path = join(folder, `${name}.json`);
  if (text !== undefined) writeFileSync(path, text);
  expect(() => openMachine({}, path)).toThrow(message);
});

test('a machine that nobody knows is refused, with what is known', async () => {
  const { code, err } = await cli('scale list --model 1 --machine zeon-2');
  expect(code).toBe(2);
  expect(err).toContain("there is no machine 'zeon-2'");
  expect(err).toContain('xeon-2');
});

test('scale --model predicts in place of measuring', async () => {
  const { code, out, started } = await cli('scale list --model 1,4 --objects 2000 --machine xeon-2');
  expect(code).toBe(0);
  expect(started).toEqual([]);
  expect(out).toContain('list: 2,000 objects, 62.5 KB; go1.3 predicted for xeon-2');
  expect(out.split('\n').filter((line) => /^ +[14] /.test(line))).toHaveLength(2);
  expect(out).toContain('beyond that, it is taken to have more of the same');
});

test('scale --model --json says the same as one document', async () => {
  const { out } = await cli('scale tree --model 1..2 --objects 2000 --machine xeon-2 --json --unpadded');
  const document = JSON.parse(out) as { schema: string; unpadded: boolean; results: { procs: number; medianNs: number; speedup: number; objectsMarked: number; shares: Record<string, number> }[] };
  expect(document).toMatchObject({ schema: 2, command: 'scale --model', heap: { name: 'tree', objects: 2047 }, machine: 'xeon-2', policy: 'go1.3', unpadded: true });
  const [one, two] = document.results;
  expect([one.procs, two.procs]).toEqual([1, 2]);
  expect(two.objectsMarked).toBe(2047);
  expect(two.speedup).toBeCloseTo(one.medianNs / two.medianNs, 9);
  const { roots, scanning, waiting } = two.shares;
  expect(roots + scanning + waiting).toBeCloseTo(1, 9);
});
