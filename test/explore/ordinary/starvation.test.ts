import { describe, expect, it } from 'vitest';
import { Violation } from '../../../src/explore/execution.ts';
import { Starvation } from '../../../src/explore/ordinary/starvation.ts';
import { ACCESS, type Site } from '../../../src/rewrite/sites.ts';
import { explore, sharing } from './modules.ts';

const SITES: readonly Site[] = [{ file: 'a.ts', line: 3, column: 5, kind: 'load', fn: 'spin', text: 'Atomics.load(a, 0)' }];

function watching(bound: number, countsOperations = false) {
  const told: unknown[] = [];
  const starvation = new Starvation({ bound, sites: SITES, names: ['one', 'two', 'three'], countsOperations, onFound: (found) => told.push(found) });
  starvation.begin(new Int32Array(0), 3);
  const loads = (thread: number) => starvation.access(thread, 0, ACCESS.load, 0, 1, 1);
  const changes = (thread: number) => starvation.access(thread, 0, ACCESS.rmw, 0, 2, 1);
  return { starvation, told, loads, changes };
}

describe('a thread starves', () => {
  it('when it was overtaken as often as the bound says', () => {
    const { told, loads, changes } = watching(2);
    changes(1);
    loads(0);
    loads(0);
    changes(2);
    changes(1);
    expect(() => loads(0)).toThrow(Violation);
    expect(told).toMatchObject([{ verdict: 'starvation', facts: ['one was overtaken 2 times: another thread changed shared memory between two of its accesses, and one did not change any', 'its last access is at a.ts:3:5 spin: Atomics.load(a, 0)'] }]);
  });

  it('but not if it gets on in between', () => {
    const { loads, changes } = watching(2);
    changes(1);
    loads(0);
    changes(0);
    changes(1);
    loads(0);
  });

  it('but not by its own changes, or while it does not run', () => {
    const { loads, changes } = watching(2);
    for (let i = 0; i < 5; i++) changes(0);
    for (let i = 0; i < 5; i++) changes(1);
    loads(0);
  });

  it('with a spec, when others end operations and it does not', () => {
    const { starvation, loads, changes } = watching(2, true);
    starvation.begins(0);
    changes(0);
    for (let i = 0; i < 3; i++) changes(1);
    loads(0);
    starvation.getsOn(1);
    changes(0);
    starvation.getsOn(2);
    expect(() => changes(0)).toThrow('one was overtaken 2 times: another thread ended an operation between two of its accesses, and one did not end its own');
  });
});

describe('a scenario with a bound on starvation', () => {
  const COUNTER = (add: string) => `class Counter { a = new Int32Array(new SharedArrayBuffer(4)); add() { ${add} } }
export const setup = () => new Counter();
export const operations = [[['add']], Array.from({ length: 5 }, () => ['add'])];
export const spec = { init: () => 0, add() {} };
export const starvation = 3;`;

  it('fails if an operation is overtaken too often by operations', async () => {
    const { failure } = await explore(COUNTER('for (;;) { const old = Atomics.load(this.a, 0); if (Atomics.compareExchange(this.a, 0, old, old + 1) === old) return; }'), { executions: 1000 });
    expect(failure).toMatchObject({ verdict: 'starvation', thread: 'thread 1', facts: [expect.stringMatching(/another thread ended an operation/), expect.anything()] });
  });

  it('does not fail for operations that always end soon', async () => {
    expect((await explore(COUNTER('Atomics.add(this.a, 0, 1);'), { executions: 300 })).failure).toBeUndefined();
  });

  it.each(['0', '1.5', "'3'"])('is refused for %s', async (bound) => {
    await expect(explore(sharing('export const threads = [(a) => a[0]];', `export const starvation = ${bound};`))).rejects.toThrow('its starvation must be a whole number from 1 on: how often a thread may be overtaken');
  });
});
