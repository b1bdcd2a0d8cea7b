/** A user's scenario may be TypeScript, on each Node. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../src/base/root.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
import { loadUserScenario } from '../../src/explore/user-scenario.ts';
import { search } from './search.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-typed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Gives the functions of a JavaScript scenario their types. */
function typed(text: string): string {
  return `type Operation = readonly [name: string, ...rest: number[]];\n${text.replace(/function (\w+)\(m\b/g, 'function $1(m: Int32Array').replace('index, orders)', 'index: number, orders: readonly Operation[]): void')}`;
}

describe('a scenario in TypeScript', () => {
  it('fails with its own lines', async () => {
    const path = join(folder, 'endless.ts');
    writeFileSync(path, 'export type Words = readonly number[];\nexport function run(m: Int32Array): void {\n  let x: number = 0;\n  for (;;) x |= 1;\n}\n');
    const { core, scenario } = await loadUserScenario(path, true);
    const { failure } = search({ core, scenario, executions: 1 });
    expect(failure).toMatchObject({ verdict: 'exception', fault: 'scenario' });
    expect(failure!.facts[0]).toMatch(/^a loop without end/);
    expect(failure!.facts[1]).toBe(`at ${path}:4 (run)`);
  });

  it('is refused with the place of a syntax error', async () => {
    const path = join(folder, 'wrong.ts');
    writeFileSync(path, 'export type Words = readonly number[];\nexport function run(m: Int32Array: void {\n}\n');
    await expect(loadUserScenario(path, false)).rejects.toMatchObject({ name: 'UsageError', message: expect.stringContaining('(2:33)') as string });
  });

  it.each(['.ts', '.mts'])('is explored as the same scenario in JavaScript (%s)', async (extension) => {
    const script = join(ROOT, 'test/fixtures/scenarios/two-stacks.mjs');
    const path = join(folder, `two-stacks${extension}`);
    const text = typed(readFileSync(script, 'utf8'));
    expect(text).toContain('run(m: Int32Array, index: number, orders: readonly Operation[]): void');
    writeFileSync(path, text);
    const results = [];
    for (const each of [script, path]) {
      const { core, scenario } = await loadUserScenario(each, false);
      const { executions, distinct, failure } = search({ core, scenario, setting: settingOf(scenario), executions: 40 });
      expect(failure).toBeUndefined();
      results.push({ executions, distinct });
    }
    expect(results[1]).toEqual(results[0]);
  });
});
