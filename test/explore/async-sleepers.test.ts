/** Atomics.waitAsync, beside threads that sleep. */
import { describe, expect, it } from 'vitest';
import { explore, sharing } from './ordinary/modules.ts';

describe('Atomics.waitAsync', () => {
  it.each([
    ['does not wait if the word has another value', 'const { async: isPending, value } = Atomics.waitAsync(a, 0, 7); return `${isPending} ${value}`;', 'false not-equal'],
    ['does not wait without time', 'const { async: isPending, value } = Atomics.waitAsync(a, 0, 0, 0); return `${isPending} ${value}`;', 'false timed-out'],
    ['times out', 'const from = performance.now(); const end = await Atomics.waitAsync(a, 0, 0, 50).value; return `${end} ${performance.now() - from >= 50}`;', 'timed-out true'],
    ['is ended by a notify of its own thread', 'const { value } = Atomics.waitAsync(a, 0, 0); const woken = Atomics.notify(a, 0); return `${woken} ${await value}`;', '1 ok'],
    ['is ended only once', 'const { value } = Atomics.waitAsync(a, 0, 0, 5); Atomics.notify(a, 0); await new Promise((r) => setTimeout(r, 9)); return `${Atomics.notify(a, 0)} ${await value}`;', '0 ok'],
    ['is not notified after its time', 'const { value } = Atomics.waitAsync(a, 0, 0, 5); await new Promise((r) => setTimeout(r, 9)); return `${Atomics.notify(a, 0)} ${await value}`;', '0 timed-out'],
    ['keeps no thread that does not await it', 'Atomics.waitAsync(a, 0, 0); return "over";', 'over'],
    ['waits on 64 bits', 'const b = new BigInt64Array(a.buffer); const { value } = Atomics.waitAsync(b, 1, 0n); Atomics.notify(b, 1); return await value;', 'ok'],
  ])('%s', async (_, body, expected) => {
    const { failure } = await explore(sharing(`export const threads = [async (a) => { ${body} }];`, `export const check = (a, [told]) => told === ${JSON.stringify(expected)} || told;`), { executions: 5 });
    expect(failure?.facts).toBeUndefined();
  });

  it('is woken in the order in which threads began to wait, sleeping or not', async () => {
    // The order in which they begin is noted by the word itself.
    const { failure, distinct } = await explore(sharing(`
const order = [];
const sync = (name) => (a) => { if (Atomics.wait(a, 0, 0, 1000) === 'ok') order.push(name); };
const later = (name) => async (a) => { const { async: isPending, value } = Atomics.waitAsync(a, 0, 0, 1000); if (isPending && (await value) === 'ok') order.push(name); };
export const threads = [sync('one'), later('two'), sync('three'), (a) => { order.length = 0; const counts = []; for (let i = 0; i < 3; i++) counts.push(Atomics.notify(a, 0, 1)); return counts; }];`, `export const check = (a, results) => results[3].reduce((x, y) => x + y, 0) === order.length || order.join() + ' of ' + results[3];`), { executions: 500 });
    expect(failure?.facts).toBeUndefined();
    expect(distinct).toBeGreaterThan(20);
  });

  it('lets the thread go on meanwhile, and is found to lose an update', async () => {
    const { failure } = await explore(sharing('export const threads = [async (a) => { const { value } = Atomics.waitAsync(a, 0, 0); const old = a[1]; await value; a[1] = old + 1; }, (a) => { a[1]++; while (Atomics.notify(a, 0) === 0); }];', 'export const check = (a) => a[1] === 2;'));
    expect(failure).toMatchObject({ verdict: 'invariant' });
  });

  it('is refused by dpor, which does not know what depends on it', async () => {
    await expect(explore(sharing('export const threads = [async (a) => { await Atomics.waitAsync(a, 0, 0, 5).value; }];'), { strategy: 'dpor' })).rejects.toThrow('strategy dpor does not know what depends on Atomics.waitAsync; use another strategy, such as dfs:2');
  });

  it.each(['sc', 'tso', 'js'] as const)('orders what its threads see: %s', async (memory) => {
    const { loaded } = await explore(sharing('export const threads = [async (a) => { await Atomics.waitAsync(a, 0, 0).value; return a[1]; }, (a) => { a[1] = 1; while (Atomics.notify(a, 0) === 0); }];', 'export const check = (a, [seen]) => seen === 1;'), { executions: 1 });
    const { loadUserScenario } = await import('../../src/explore/user-scenario.ts');
    const { search } = await import('./search.ts');
    const { core, scenario } = await loadUserScenario(loaded.scenario.name, true);
    expect(search({ core, scenario, executions: 300, memory }).failure?.facts).toBeUndefined();
  });
});
