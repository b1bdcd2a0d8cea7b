import { describe, expect, it } from 'vitest';
import { investigate } from '../../../src/explore/failures/describe.ts';
import { decodeLine } from '../../../src/explore/failures/line.ts';
import { replayArtefact } from '../../../src/explore/failures/replay.ts';
import { loadScenario } from '../../../src/explore/load-scenario.ts';
import type { OrdinaryCore } from '../../../src/explore/ordinary/core.ts';
import { describeOrdinary } from '../../../src/explore/ordinary/scenario.ts';
import type { Call } from '../../../src/explore/oracles/history.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { Places } from '../../../src/explore/user-throws.ts';
import { search } from '../search.ts';
import { explore, moduleOf } from './modules.ts';

const makeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

/** A counter whose `add` is one step or two. */
const counter = (add: string) => `class Counter {
  a = new Int32Array(new SharedArrayBuffer(8));
  add(by) { ${add} }
  get() { return Atomics.load(this.a, 0); }
}
export const setup = () => new Counter();
export const operations = [[['get'], ['add', 1], ['get']], [['add', 2], ['get']], [['get']]];
export const atEnd = [['get']];
export const spec = { init: () => [0], add: (model, by) => { const old = model[0]; model[0] += by; return old; }, get: (model) => model[0] };
`;
const ATOMIC = counter('return Atomics.add(this.a, 0, by);');
const TORN = counter('const old = Atomics.load(this.a, 0); Atomics.store(this.a, 0, old + by); return old;');

/** A queue of one place, whose `take` waits. A `put` that forgets to wake is a bug. */
const slot = (puts: string, lists: string) => `class Slot {
  a = new Int32Array(new SharedArrayBuffer(8));
  put(x) { ${puts} }
  take() {
    for (;;) {
      const x = Atomics.exchange(this.a, 0, 0);
      if (x !== 0) return x;
      Atomics.wait(this.a, 0, 0);
    }
  }
}
export const setup = () => new Slot();
export const operations = ${lists};
export const spec = { init: () => [], blocks: (model, name) => name === 'take' && model.length === 0, put: (model, x) => { model[0] = x; }, take: (model) => model.pop() };
`;

describe('a scenario with a spec', () => {
  it.each(['linearizable', 'sequential', 'quiescent'])('has no failure if each execution is %s', async (consistency) => {
    const { failure } = await explore(`${ATOMIC}export const consistency = '${consistency}';`, { executions: 1000 });
    expect(failure).toBeUndefined();
  });

  it.each([
    ['linearizable', /^NOT_LINEARIZABLE: /],
    ['sequential', /^NOT_SEQUENTIALLY_CONSISTENT: /],
    ['quiescent', /^NOT_QUIESCENTLY_CONSISTENT: /],
  ])('fails if an execution is not %s', async (consistency, code) => {
    const { failure } = await explore(`${TORN}export const consistency = '${consistency}';`, { executions: 1000 });
    expect(failure).toMatchObject({ verdict: 'invariant', facts: [expect.stringMatching(code), ...failure!.facts.slice(1)] });
    expect(failure!.facts.slice(1).join('\n')).toMatch(/^thread 1 .*├.*add\(1\) → \d/m);
  });

  it('may say what an operation is, and has checks besides', async () => {
    const text = ATOMIC.replaceAll("'add'", "'plus'").replace('add: (model', 'plus: (model');
    const { failure } = await explore(`${text}export const actions = { plus: (counter, by) => counter.add(by) };\nexport const check = (counter, results) => String(results.map((each) => each.length));`);
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['3,2,1'] });
  });

  it('says where a spec throws', async () => {
    const { failure, path } = await explore(ATOMIC.replace('model[0] += by;', "\nthrow new Error('no such model');"));
    expect(failure!.facts).toEqual(['no such model', `at ${path}:10`]);
  });

  it('shrinks to the operations that matter, draws them, and is replayed by its line', async () => {
    const path = moduleOf(TORN);
    const { core, scenario } = await loadUserScenario(path, false);
    const { failure } = search({ core, scenario, executions: 1000 });
    const hooked = await loadScenario(path, true);
    const { line, artefact, outcome } = investigate({ scenario: hooked.scenario, setting: settingOf(scenario), strategy: makeStrategy(failure!.strategy), seed: failure!.seed }, { core: hooked, makeOracle });
    expect(artefact.operations).toEqual([[['add', 1]], [['add', 2]], []]);
    expect(outcome.facts[0]).toMatch(/^NOT_LINEARIZABLE: add\([12]\) of thread [12] returned 0, but by the spec it returns [12]$/);
    expect(outcome.facts.filter((fact) => fact.includes('◀'))).toHaveLength(1);
    expect(await replayArtefact(decodeLine(line), { makeOracle })).toMatchObject({ fails: true, divergence: '', recording: { outcome: { facts: outcome.facts } } });
  });
});

describe('threads that wait for ever', () => {
  const PUTS = 'Atomics.store(this.a, 0, x); Atomics.notify(this.a, 0);';

  it('are no failure if the spec says that they wait', async () => {
    const { failure, distinct } = await explore(slot(PUTS, "[[['take'], ['take']], [['put', 1]], [['take']]]"));
    expect(failure).toBeUndefined();
    expect(distinct).toBeGreaterThan(5);
  });

  it('are a failure if the spec says that they can go on, and the history is drawn', async () => {
    const { failure } = await explore(slot('Atomics.store(this.a, 0, x);', "[[['take']], [['put', 1]]]"), { executions: 1000 });
    expect(failure).toMatchObject({ verdict: 'lost-wakeup' });
    expect(failure!.facts[0]).toMatch(/^thread 1 sleeps on a\[0\], and would go on/);
    expect(failure!.facts.join('\n')).toMatch(/^thread 1 +├.*take\(\) ….*\nthread 2 .*├.*put\(1\)/m);
    expect(failure!.history!.operations).toContainEqual(expect.objectContaining({ thread: 'thread 1', name: 'take', arguments: [], end: null, result: null }));
  });
});

describe('the history of an execution', () => {
  it('has the numbers of the first and last access of each operation', async () => {
    // Each operation touches a word of its own, so that its accesses are known by the word.
    const path = moduleOf(`const a = () => new Int32Array(new SharedArrayBuffer(64));
export const setup = () => ({ a: a(), none() {}, touch(at, times) { while (times-- > 0) this.a[at] = 1; }, wait(at) { Atomics.wait(this.a, at, 0, 1); } });
export const operations = [[['touch', 0, 2], ['none'], ['touch', 1, 1]], [['touch', 2, 3], ['wait', 3], ['touch', 4, 2]], [['none'], ['touch', 5, 1]]];
export const spec = { init: () => 0, touch() {}, none() {}, wait() {} };`);
    const { core } = await loadUserScenario(path, true);
    const calls: Call[] = [];
    const noting = { ...core, $called: (call: Call) => { calls.push(call); (core as unknown as OrdinaryCore).$called(call); } } as unknown as OrdinaryCore;
    const scenario = describeOrdinary(path, noting, { places: new Places(() => { throw new Error('no map'); }, [], '/'), sites: [] });
    const words: number[] = [];
    const monitors = () => [{ begin: () => { words.length = calls.length = 0; }, access: (_thread: number, _site: number, _kind: number, index: number) => void words.push(index) }];
    for (const strategy of ['uniform', 'random:3', 'pct:3']) {
      for (let seed = 1; seed <= 30; seed++) {
        expect(search({ core, scenario, executions: 1, seed, strategy, monitors }).failure).toBeUndefined();
        for (const { operation: [name, word], began, ended } of calls) {
          if (name === 'none') expect(began).toBe(ended);
          // A wait ends as it returns: others may have run meanwhile.
          else expect([began, name === 'wait' ? words.lastIndexOf(word) + 1 : ended]).toEqual([words.indexOf(word) + 1, words.lastIndexOf(word) + 1]);
        }
      }
    }
  });
});

describe('partial-order reduction', () => {
  it('finds a state that only the invariant sees: the threads touch different words', async () => {
    const path = moduleOf(`export const setup = () => new Int32Array(new SharedArrayBuffer(8));
const blink = (at) => (words) => { Atomics.store(words, at, 1); Atomics.store(words, at, 0); };
export const threads = [blink(0), blink(1)];
export const invariant = (words) => words[0] === 0 || words[1] === 0;`);
    const { core, scenario } = await loadUserScenario(path, true);
    expect(search({ core, scenario, executions: 100, seed: 1, strategy: 'dpor' }).failure).toMatchObject({ verdict: 'invariant' });
  });
});
