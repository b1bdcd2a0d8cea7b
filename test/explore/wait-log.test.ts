/** Deadlocks and lost wake-ups are told apart. */
import { describe, expect, it } from 'vitest';
import { explore, sharing } from './ordinary/modules.ts';

const WAIT = 'while (Atomics.load(a, 0) === 0) Atomics.wait(a, 1, Atomics.load(a, 1));';

describe('a wake-up is lost if', () => {
  it.each([
    ['the notify comes before the wait', `(a) => { ${WAIT} }`, '(a) => { Atomics.store(a, 0, 1); Atomics.add(a, 1, 1); Atomics.notify(a, 1); }', /^the last notify of view\[1\] came too early, after access \d+, and woke no thread: thread 2 at .*:2:\d+ .*Atomics\.notify\(a, 1\)$/m],
    ['nobody notifies although the condition holds', `(a) => { ${WAIT} }`, '(a) => { Atomics.store(a, 0, 1); }', /^no thread has notified view\[1\]$/m],
    ['the word has changed without a notify', '(a) => { Atomics.wait(a, 0, 0); }', '(a) => { Atomics.store(a, 0, 1); }', /; view\[0\] has changed since$/m],
    ['the notify wakes a thread that can\'t go on', `(a) => { ${WAIT} Atomics.store(a, 5, 1); Atomics.notify(a, 1); }, (a) => { while (Atomics.load(a, 5) === 0) Atomics.wait(a, 1, 0); }`, '(a) => { Atomics.store(a, 0, 1); Atomics.notify(a, 1, 1); }', /^the last notify of view\[1\] came (later|too early), after access \d+, and woke (1|no) thread/m],
    ['the thread waits by waitAsync', 'async (a) => { while (Atomics.load(a, 0) === 0) await Atomics.waitAsync(a, 1, 0).value; }', '(a) => { Atomics.store(a, 0, 1); Atomics.notify(a, 1); }', /^thread 1 waits on view\[1\], and would go on if it were woken: .*Atomics\.waitAsync\(a, 1, 0\)$/m],
    ['the thread would only go on after a timeout', `async (a) => { ${WAIT} await new Promise((resolve) => setTimeout(resolve, 5)); }`, '(a) => { Atomics.store(a, 0, 1); }', /and would go on/],
  ])('%s', async (_, one, other, fact) => {
    const { failure } = await explore(sharing(`export const threads = [${one}, ${other}];`), { executions: 3000 });
    expect(failure).toMatchObject({ verdict: 'lost-wakeup' });
    expect(failure!.facts.join('\n')).toMatch(fact);
  });
});

describe('a deadlock is no lost wake-up if', () => {
  const LOCK = 'const lock = (a, i) => { while (Atomics.exchange(a, i, 1) !== 0) Atomics.wait(a, i, 1); }; const unlock = (a, i) => { Atomics.store(a, i, 0); Atomics.notify(a, i, 1); };';

  it.each([
    ['threads wait for each other', `${LOCK} export const threads = [(a) => { lock(a, 0); lock(a, 1); unlock(a, 1); unlock(a, 0); }, (a) => { lock(a, 1); lock(a, 0); unlock(a, 0); unlock(a, 1); }];`, /^thread 1 sleeps on view\[1\]$/m],
    ['what a thread waits for never comes', `export const threads = [(a) => { ${WAIT} }, (a) => { Atomics.notify(a, 1); }];`, /^thread 1 sleeps on view\[1\]$/m],
    ['a woken thread only counts itself and waits again', 'export const threads = [(a) => { while (Atomics.load(a, 0) === 0) { Atomics.add(a, 2, 1); Atomics.wait(a, 1, 0); Atomics.sub(a, 2, 1); } }];', /^thread 1 sleeps on view\[1\]$/m],
    ['what a thread awaits never comes', 'export const threads = [async (a) => { while (Atomics.load(a, 0) === 0) await Atomics.waitAsync(a, 1, 0).value; }];', /^thread 1 waits, by Atomics\.waitAsync, on view\[1\]$/m],
    ['nothing settles a promise', 'export const threads = [async () => {\n  await new Promise(() => {});\n}];', /^thread 1 awaits a promise that nothing will settle: .*:3:3 .*await new Promise/m],
  ])('%s', async (_, threads, fact) => {
    const { failure } = await explore(sharing(threads));
    expect(failure).toMatchObject({ verdict: 'deadlock' });
    expect(failure!.facts.join('\n')).toMatch(fact);
  });

  it('a thread has begun to go on only after the end: the history has none of it', async () => {
    const { failure } = await explore(`class Slot { a = new Int32Array(new SharedArrayBuffer(8)); take() { while (this.a[0] === 0) Atomics.wait(this.a, 0, 0); return 1; } put() { Atomics.store(this.a, 0, 1); } }
export const setup = () => new Slot();
export const operations = [[['take']], [['put']]];
export const spec = { init: () => 0, take: () => 1, put() {} };`, { executions: 1000 });
    expect(failure!.history!.operations.find(({ name }) => name === 'take')).toMatchObject({ end: null, result: null });
  });

  it('it comes after others: each execution begins anew', async () => {
    const { core, scenario } = (await explore(sharing(`export const threads = [(a) => { ${WAIT} }, (a) => { Atomics.store(a, 0, 1); }];`), { executions: 1 })).loaded;
    const { Session } = await import('../../src/explore/session.ts');
    const prepared = scenario.prepare(core, { knobs: { procs: 2 }, operations: scenario.operations!({ procs: 2 }) }, () => ({ forget() {}, check: () => ({ problems: [] }) }));
    const session = new Session({ core, prepared, strategy: 'uniform' });
    const again = new Session({ core, prepared, strategy: 'uniform' });
    const ends = Array.from({ length: 60 }, (_, seed) => session.run(seed).verdict);
    expect(new Set(ends)).toEqual(new Set(['ok', 'lost-wakeup']));
    expect(ends.map((_, seed) => again.run(59 - seed).verdict).reverse()).toEqual(ends);
  });
});
