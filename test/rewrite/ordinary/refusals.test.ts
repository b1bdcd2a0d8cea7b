/** What can't be explored is refused with file and line, and in a package when it runs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { search } from '../../explore/search.ts';
import { moduleOf, sharing } from '../../explore/ordinary/modules.ts';

async function refusal(body: string, head = ''): Promise<string> {
  const path = moduleOf(`${head}${sharing(`export const threads = [(a) => {\n${body}\n}];`)}`);
  const message = await loadUserScenario(path, false).then(() => 'no refusal', (error: Error) => error.message);
  return message.replace(/\S*module-\d+/g, 'module');
}

describe('a module of ordinary code is refused', () => {
  it.each([
    ['a timer without end', 'setInterval(() => a[0]++, 10);', /module\.mjs:3:1: setInterval: a timer without end can't be explored: use setTimeout/],
    ['a timer of the global object', 'globalThis.setTimeout(() => a[0]++, 10);', /:3:1: globalThis\.setTimeout: only setTimeout without globalThis can be explored/],
    ['an async generator', 'const f = async function* () { yield a[0]; }; f();', /:3:11: an async generator can't be explored/],
    ['for await', 'return (async () => { for await (const x of [a]) x[0]++; })();', /:3:23: for await can't be explored: use for/],
    ['an async method with super', 'class C extends Array { async m() { return super.at(a[0]); } }', /:3:31: an async function with super, new\.target or a quoted name can't be explored/],
    ['Atomics as a value', 'const { load } = Atomics; load(a, 0);', /:3:18: Atomics is used as a value: name each operation/],
    ['an import at run time', "import('node:fs');", /:3:1: import\(\) can't be explored: import the module at the top/],
    ['code made at run time', "new Function('return 1')();", /:3:1: Function: code made at run time/],
    ['a worker', "new Worker('./x.mjs');", /:3:1: Worker: a thread started inside a scenario can't be explored: list its function in threads/],
  ])('for %s', async (_, body, message) => {
    expect(await refusal(body)).toMatch(message);
  });

  it('for input and output, by the module of the function', async () => {
    expect(await refusal("fs.readFileSync('x'); readFileSync('x');", "import fs, { readFileSync } from 'node:fs';\n")).toMatch(/module\.mjs:4:1: node:fs: input, output, timers and threads can't be explored.*\n.*:4:23: node:fs/);
  });

  it('for a shared buffer that is made as the module is loaded', async () => {
    const path = moduleOf('const a = new Int32Array(new SharedArrayBuffer(8));\nexport const setup = () => a;\nexport const threads = [(a) => a[0]++];\n');
    await expect(loadUserScenario(path, false)).rejects.toThrow(/threw as it was loaded:\n {2}a SharedArrayBuffer is made as the module is loaded: make it in setup.*\n {2}at .*:1/);
  });

  it('for await at the top', async () => {
    expect(await refusal('a[0]++;', 'await null;\n')).toMatch(/module\.mjs:1:1: await at the top of a module can't be explored: await in a thread/);
  });

  it('but not for names of its own', async () => {
    expect(await refusal('setInterval(1);', 'const setInterval = (x) => x;\n')).toBe('no refusal');
  });
});

describe('an execution of ordinary code is refused', () => {
  async function execution(threads: string, more = ''): Promise<string> {
    const { core, scenario } = await loadUserScenario(moduleOf(sharing(threads, more)), false);
    const { failure } = search({ core, scenario, executions: 1 });
    return failure?.facts[0] ?? 'no failure';
  }

  it('for what a package does, when it does it', async () => {
    const path = moduleOf(`import { later } from 'lazy-package';\n${sharing('export const threads = [(a) => { try { later(a); } catch {} }];')}`);
    const folder = join(dirname(path), 'node_modules/lazy-package');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "lazy-package", "version": "1.0.0", "type": "module", "exports": "./index.js" }');
    writeFileSync(join(folder, 'index.js'), 'export function later(a) { setInterval(() => a[0]++, 1); }\nexport function never() { fetch("x"); }\n');
    const { core, scenario } = await loadUserScenario(path, false);
    const { failure } = search({ core, scenario, executions: 1 });
    expect(failure).toMatchObject({ verdict: 'exception', facts: [expect.stringMatching(/^setInterval: a timer without end/), expect.stringMatching(/lazy-package\/index\.js:1 \(later\)$/)] });
  });

  it('for a sleep in a callback of a built-in', async () => {
    expect(await execution('export const threads = [(a) => [1, 2].sort((i) => Atomics.wait(a, i, 0))];')).toMatch(/^Atomics\.wait would sleep in a callback of a built-in/);
  });

  it('for a thread that can\'t be suspended, but touches shared memory', async () => {
    expect(await execution("export const threads = [{ make() { const add = (a) => { super.x; a[0]++; }; return add; } }.make()];")).toMatch(/a thread runs without a break.*list a function that calls add/);
    expect(await execution('export const threads = [function* (a) { a[0]++; }];')).toMatch(/a thread is a generator, which nothing runs/);
    expect(await execution('export const threads = [Math.abs, (a) => a[0]];')).toBe('no failure');
  });

  it('for a loop in a callback that no other thread can end', async () => {
    expect(await execution('export const threads = [(a) => [1, 2].sort(() => { while (true); })];')).toMatch(/^a loop without end/);
  });
});
