/** Asynchronous code does what it does in Node, whichever thread runs in between. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { explore, sharing } from '../../explore/ordinary/modules.ts';

const FORMS = join(ROOT, 'test/fixtures/ordinary/async-forms.mjs');

interface Forms {
  readonly forms: object;
  run(a: Int32Array, name: string): Promise<string>;
}

describe('asynchronous code', () => {
  let native: Forms;
  beforeAll(async () => {
    native = (await import(/* @vite-ignore */ pathToFileURL(FORMS).href)) as Forms;
  });

  it.each(['uniform', 'pct:3'])('returns what it returns in Node, in each form: %s', async (strategy) => {
    const names = Object.keys(native.forms);
    expect(names.length).toBeGreaterThan(6);
    for (const name of names) {
      const expected = await native.run(new Int32Array(16), name);
      expect(expected).not.toBe('');
      const { failure } = await explore(`import { run } from ${JSON.stringify(FORMS)};
export const setup = () => ({ a: new Int32Array(new SharedArrayBuffer(64)), other: new Int32Array(new SharedArrayBuffer(64)) });
export const threads = [({ a }) => run(a, ${JSON.stringify(name)}), async ({ other }) => { for (let i = 0; i < 5; i++) { other[0]++; await null; } }];
export const check = (_, [told]) => told === ${JSON.stringify(expected)} || told;`, { executions: 20, strategy });
      expect(failure?.facts, name).toBeUndefined();
    }
  });

  it('lets other threads run between its accesses, in jobs, timers and executors', async () => {
    for (const body of ['await null; return a[0] + a[9];', 'return new Promise((resolve) => resolve(a[0] + a[9]));', 'return Promise.resolve().then(() => a[0] + a[9]);', 'return new Promise((resolve) => setTimeout(() => resolve(a[0] + a[9]), 1));']) {
      const { failure } = await explore(sharing(`export const threads = [async (a) => { ${body} }, (a) => { a[0] = 1; a[9] = -1; }];`, 'export const check = (a, [sum]) => sum !== -1;'));
      expect(failure, body).toMatchObject({ verdict: 'invariant' });
    }
  });

  it('takes virtual time', async () => {
    const { failure } = await explore(sharing('export const threads = [async () => { const from = performance.now(); await new Promise((resolve) => setTimeout(resolve, 60_000)); return performance.now() - from; }];', 'export const check = (a, [ms]) => ms >= 60_000 && ms < 61_000;'), { executions: 3 });
    expect(failure).toBeUndefined();
  });

  it('runs what a thread that has returned has left: jobs and timers', async () => {
    const { failure } = await explore(sharing('export const threads = [(a) => { setTimeout(() => { a[0]++; }, 2); Promise.resolve().then(() => { a[0]++; }); }];', 'export const check = (a) => a[0] === 2;'), { executions: 3 });
    expect(failure).toBeUndefined();
  });

  it.each([
    ['a rejection that nothing handles', 'async (a) => { Promise.reject(new RangeError(`nobody: ${a[0]}`)); await null; }', /^RangeError: nobody: 0$/],
    ['an error of an async thread', 'async () => { await null; throw new TypeError("late"); }', /^TypeError: late$/],
    ['a promise of a built-in function', "async () => { await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); }", /^a promise of a built-in function can't be explored/],
  ])('fails by %s', async (_, thread, fact) => {
    const { failure } = await explore(sharing(`export const threads = [${thread}];`), { executions: 1 });
    expect(failure).toMatchObject({ verdict: 'exception', facts: [expect.stringMatching(fact), ...failure!.facts.slice(1)] });
  });

  it('fails if a thread settles what another awaits', async () => {
    const { failure } = await explore('export const setup = () => { const a = new Int32Array(new SharedArrayBuffer(8)); let resolve; const promise = new Promise((r) => { resolve = r; }); return { a, promise, resolve }; };\nexport const threads = [async ({ promise }) => { await promise; }, ({ a, resolve }) => { a[0]++; a[0]++; resolve(); }];');
    expect(failure!.facts[0]).toMatch(/^a promise is settled by another thread than the one that waits for it/);
  });

  it.each([
    ['setup', 'export const setup = async () => 1;\nexport const threads = [() => 1];', 'its setup is async; make the state in an ordinary function'],
  ])('is refused in %s', async (_, text, message) => {
    await expect(explore(text)).rejects.toThrow(message);
  });

  it('is not taken for a judgement', async () => {
    const { failure } = await explore(sharing('export const threads = [(a) => a[0]];', 'export const check = async () => true;'), { executions: 1 });
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['check is async; judge in an ordinary function'] });
  });

  it('may be an operation of a spec, which ends when its promise is settled', async () => {
    const text = (body: string) => `class Counter { a = new Int32Array(new SharedArrayBuffer(4)); async add(by) { ${body} } }
export const setup = () => new Counter();
export const operations = [[['add', 1], ['add', 2]], [['add', 3]]];
export const spec = { init: () => ({ n: 0 }), add: (model, by) => { const old = model.n; model.n += by; return old; } };`;
    expect((await explore(text('await null; const old = Atomics.add(this.a, 0, by); await null; return old;'))).failure).toBeUndefined();
    const { failure } = await explore(text('const old = this.a[0]; await null; this.a[0] = old + by; return old;'));
    expect(failure!.facts[0]).toMatch(/^NOT_LINEARIZABLE: add/);
  });
});
