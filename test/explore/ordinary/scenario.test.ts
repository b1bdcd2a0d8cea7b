import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { investigate } from '../../../src/explore/failures/describe.ts';
import { decodeLine } from '../../../src/explore/failures/line.ts';
import { laneTable } from '../../../src/explore/failures/lane-table.ts';
import { replayArtefact } from '../../../src/explore/failures/replay.ts';
import { loadScenario } from '../../../src/explore/load-scenario.ts';
import { settingOf } from '../../../src/explore/scenarios/scenario.ts';
import { makeStrategy, STRATEGIES } from '../../../src/explore/strategies/catalog.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';
import { search } from '../search.ts';
import { explore, moduleOf, sharing } from './modules.ts';

const EXAMPLES = join(ROOT, 'docs/examples/own-code');
const PACKAGES = join(ROOT, 'docs/examples/npm');

function scenariosIn(folder: string): string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.scenario.ts')).map((file) => file.replace('.scenario.ts', ''));
}

const LOST_UPDATE = sharing('export const threads = [(a) => { a[3]++; }, (a) => { a[3]++; }];', "export const check = (a) => (a[3] === 2 ? '' : `counted to ${a[3]}`);");

describe('a scenario over ordinary code ends', () => {
  it('with what check says', async () => {
    const { failure } = await explore(LOST_UPDATE);
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['counted to 1'], fault: 'core' });
  });

  it('with what check throws, and its line', async () => {
    const { failure, path } = await explore(`import assert from 'node:assert';\n${sharing('export const threads = [(a) => { a[3]++; }, (a) => { a[3]++; }];', 'export function check(a) {\n  assert.equal(a[3], 2);\n}')}`);
    expect(failure).toMatchObject({ verdict: 'invariant' });
    expect(failure!.facts.join('\n')).toContain(`at ${path}:5 (check)`);
  });

  it.each(['', "throw new Error('something else');"])('with an invariant that does not hold between two accesses, even if all errors are caught: catch { %s }', async (then) => {
    const { failure } = await explore(sharing(`function both(a) { try { a[0]++; a[1]++; } catch { ${then} } }\nexport const threads = [both];`, 'export const invariant = (a) => a[0] - a[1] <= 1 && a[0] !== 1;'));
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['invariant returned false'], thread: 'both' });
    expect(failure!.execution.steps).toBe(2);
  });

  it('with an error that a thread throws, and its line', async () => {
    const { failure, path } = await explore(sharing('function check1(a) {\n  if (a[0] !== 0)\n    throw new RangeError(`found ${a[0]}`);\n}\nexport const threads = [(a) => { a[0] = 5; }, check1];'));
    expect(failure).toMatchObject({ verdict: 'exception', thread: 'check1', facts: ['RangeError: found 5', `at ${path}:4 (check1)`], fault: 'core' });
  });

  it('with a lost wake-up', async () => {
    const { failure } = await explore(sharing('export const threads = [function sleeper(a) { if (a[0] === 0) Atomics.wait(a, 0, 0); }, (a) => { a[0] = 0; Atomics.notify(a, 0); }];'));
    expect(failure).toMatchObject({ verdict: 'lost-wakeup', facts: [expect.stringMatching(/^sleeper sleeps on view\[0\], and would go on if it were woken: .*:2:.* sleeper: Atomics\.wait/), ...failure!.facts.slice(1)] });
  });

  it('with a livelock', async () => {
    const { failure } = await explore(sharing('export const threads = [function spinner(a) { while (Atomics.load(a, 2) === 0); }];'), { executions: 1 });
    expect(failure).toMatchObject({ verdict: 'livelock', facts: ['spinner loops over view[2]'] });
  });

  it('with a livelock of threads that change words, and not with one if they work', async () => {
    // Each enters only if it finds the other's flag lowered many times, and lowers its own when it does not.
    const careful = (me: number) => `function careful${me}(a) { for (;;) { Atomics.store(a, ${me}, 1); let isFree = true; for (let i = 0; i < 40 && isFree; i++) isFree = Atomics.load(a, ${1 - me}) === 0; if (isFree) break; Atomics.store(a, ${me}, 0); } Atomics.store(a, ${me}, 0); }`;
    const livelock = await explore(sharing(`export const threads = [${careful(0)}, ${careful(1)}];`), { executions: 1, strategy: 'uniform' });
    expect(livelock.failure).toMatchObject({ verdict: 'livelock', facts: ['careful0 loops over view[0] and view[1]', 'careful1 loops over view[0] and view[1]', expect.stringMatching(/^if every thread gets its turn they repeat the same \d+ accesses exactly/), expect.stringMatching(/^ {2}careful0: .*Atomics\.store/), ...livelock.failure!.facts.slice(4)] });
    const often = 'function often(a) { for (let i = 0; i < 1e6; i++) { while (Atomics.compareExchange(a, 0, 0, 1) !== 0); Atomics.store(a, 0, 0); } }';
    const endless = await explore(sharing(`${often}\nexport const threads = [often, often];`), { executions: 1, strategy: 'uniform' });
    expect(endless.failure).toMatchObject({ verdict: 'step-limit' });
    expect(endless.failure!.facts.join('\n')).toMatch(/exactly, lap after lap: an endless loop, or one that ends after so many laps; the accesses are$/m);
  });

  it('well, if a thread only waits for another', async () => {
    const { failure } = await explore(sharing('export const threads = [(a) => { while (Atomics.load(a, 2) === 0) Atomics.pause?.(); return a[3]; }, (a) => { a[3] = 7; Atomics.store(a, 2, 1); }];', 'export const check = (a, [seen]) => seen === 7;'));
    expect(failure).toBeUndefined();
  });
});

describe('an execution over ordinary code', () => {
  it('has virtual time: waits time out, and clocks agree', async () => {
    const { failure } = await explore(sharing('export const threads = [(a) => { const from = performance.now(); const end = Atomics.wait(a, 0, 0, 5); return [end, performance.now() - from >= 5, Date.now() === Math.floor(Date.now())]; }];', "export const check = (a, [[end, late]]) => end === 'timed-out' && late;"), { executions: 1 });
    expect(failure).toBeUndefined();
  });

  it('begins at the same time, which setup may read', async () => {
    const { failure } = await explore("export const setup = () => ({ a: new Int32Array(new SharedArrayBuffer(8)), at: performance.now() });\nexport const threads = [({ a }) => { a[0]++; a[1]++; }];\nexport const check = ({ at }) => at === 0;", { executions: 5 });
    expect(failure).toBeUndefined();
  });

  it('wakes as many threads as notify says, first come, first served', async () => {
    const { failure } = await explore(sharing('const sleep = (a) => Atomics.wait(a, 0, 0, 1000);\nexport const threads = [sleep, sleep, (a) => Atomics.notify(a, 0, 1)];', "export const check = (a, [x, y, woken]) => [x, y].filter((each) => each === 'ok').length === woken;"));
    expect(failure).toBeUndefined();
  });

  it('sleeps on words of 64 bits, and wakes', async () => {
    const { failure } = await explore('export const setup = () => new BigInt64Array(new SharedArrayBuffer(32));\nexport const threads = [(a) => { while (Atomics.load(a, 2) === 0n) Atomics.wait(a, 2, 0n); }, (a) => { Atomics.store(a, 2, 1n << 40n); Atomics.notify(a, 2); }];');
    expect(failure).toBeUndefined();
  });

  it('depends on nothing but its schedule: chance is the same each time', async () => {
    const { failure } = await explore(sharing('export const threads = [(a) => { a[0] = Math.random() * 1000; return a[0]; }];', 'let before; export const check = (a, [drawn]) => { const same = before === undefined || before === drawn; before = drawn; return same; };'), { executions: 5 });
    expect(failure).toBeUndefined();
  });

  it('gives each thread numbers of its own, whoever draws first', async () => {
    const draw = '(a) => { a[0]++; const drawn = Math.random(); a[0]++; return drawn; }';
    const { failure } = await explore(sharing(`export const threads = [${draw}, ${draw}];`, 'let before; export const check = (a, drawn) => { const same = before === undefined || String(before) === String(drawn); before = drawn; return same && drawn[0] !== drawn[1]; };'), { executions: 50 });
    expect(failure).toBeUndefined();
  });

  it('begins with a new state each time', async () => {
    const { failure } = await explore('export const setup = () => ({ a: new Int32Array(new SharedArrayBuffer(8)), own: [] });\nexport const threads = [(s) => { s.a[0]++; s.own.push(1); }];\nexport const check = (s) => s.a[0] === 1 && s.own.length === 1;', { executions: 5 });
    expect(failure).toBeUndefined();
  });

  it('may have getters with scheduling points, and calls through objects', async () => {
    const { failure } = await explore(sharing('class Pair { constructor(a) { this.a = a; } get sum() { return this.a[0] + this.a[1]; } move() { this.a[0]--; this.a[1]++; } }\nexport const threads = [(a) => { const pair = new Pair(a); return pair.sum; }, (a) => new Pair(a).move()];', 'export const check = (a, [sum]) => sum === 0;'));
    expect(failure).toMatchObject({ verdict: 'invariant' });
  });

  it.each([
    ['lets other threads run in a loop over a shared view', 'let sum = 0; for (const x of a) sum += x; return sum;', true],
    ['lets other threads run in a function that a loop calls', 'let sum = 0; const add = (i) => { sum += a[i]; }; for (const i of [0, 9]) add(i); return sum;', true],
    ['lets other threads run in functions that are called by call, apply and bind', 'let sum = 0; const add = function (i) { sum += this[i]; }; add.call(a, 0); add.apply(a, [9]); return sum;', true],
    ['lets other threads run in bound functions', 'let sum = 0; const add = function (i) { sum += this[i]; }; const bound = add.bind(a); bound(0); bound(9); return sum;', true],
    ['lets other threads run in methods with computed names', "const name = 'both'; class C { [name]() { return a[0] + a[9]; } } return new C().both();", true],
    ['lets none run in the traps of a Proxy', 'return new Proxy({}, { get: () => a[0] + a[9] }).sum;', false],
    ['lets other threads run in generators that a loop runs', 'function* walk() { for (const i of [0, 9]) yield a[i]; } let sum = 0; for (const x of walk()) sum += x; return sum;', true],
    ['lets other threads run in generators between two yields', 'function* total() { yield a[0] + a[9]; } return total().next().value;', true],
    ['lets none run in generators that a built-in runs', 'function* walk() { yield a[0]; yield a[9]; } const [x, y] = [...walk()]; return x + y;', false],
    ['lets other threads run in callbacks of forEach', 'let sum = 0; [0, 9].forEach((i) => { sum += a[i]; }); return sum;', true],
    ['lets other threads run in callbacks of map and reduce', 'return [0, 9].map((i) => a[i]).reduce((x, y) => x + y, 0);', true],
    ['lets none run in the callbacks of other built-ins', 'let sum = 0; new Set([0, 9]).forEach((i) => { sum += a[i]; }); return sum;', false],
    ['lets none run between the parts of a list that is taken apart', 'const [x, , , , , , , , , y] = a; return x + y;', false],
  ])('%s', async (_, body, sees) => {
    const { failure } = await explore(sharing(`export const threads = [(a) => { ${body} }, (a) => { a[0] = 1; a[9] = -1; }];`, 'export const check = (a, [sum]) => sum !== -1;'));
    expect(failure !== undefined).toBe(sees);
  });

  it('may have threads that are bound functions', async () => {
    const { failure } = await explore(sharing('function add(by, a) { a[0] += by; }\nexport const threads = [add.bind(null, 1), add.bind(null, 2)];', 'export const check = (a) => a[0] === 3;'));
    expect(failure).toMatchObject({ verdict: 'invariant' });
  });

  it.each([
    ['a class', '', 'invariant'],
    ['a class that is derived without a constructor', 'class Twice extends Once { more() { return this.a; } }\nOnce = Twice;', 'invariant'],
    ['a class with a constructor that calls another, as one step', 'class Twice extends Once { constructor(a) { super(a); } }\nOnce = Twice;', undefined],
    ['a class with fields that come after another constructor, as one step', 'class Twice extends Once { after = this.a[1]; }\nOnce = Twice;', undefined],
  ])('runs the constructor of %s', async (_, derived, verdict) => {
    const { failure } = await explore(sharing(`let Once = class { constructor(a) { this.a = a; if (a[0] === 0) { a[0] = 1; a[1]++; } } };\n${derived}\nexport const threads = [(a) => { new Once(a); }, (a) => { new Once(a); }];`, 'export const check = (a) => a[1] === 1;'));
    expect(failure?.verdict).toBe(verdict);
  });
});

describe('a failure of ordinary code', () => {
  it.each(STRATEGIES.map(({ spec }) => spec).filter((spec) => !spec.startsWith('preemptions')))('is found by %s', async (strategy) => {
    const { failure } = await explore(LOST_UPDATE, { strategy, executions: 2000 });
    expect(failure).toBeDefined();
  });

  it('shrinks, tells words and values by name and type, and is replayed by its line', async () => {
    const path = moduleOf('export const setup = () => ({ sums: new BigInt64Array(new SharedArrayBuffer(16)), part: new Float32Array(new SharedArrayBuffer(8)) });\nconst add = ({ sums, part }) => { sums[1] += 5n; part[1] = 0.5; };\nexport const threads = [add, add, (s) => { s.part[0] = 1.5; }];\nexport const check = ({ sums }) => (sums[1] === 10n ? "" : "lost");\n');
    const { core, scenario } = await loadUserScenario(path, false);
    const { failure } = search({ core, scenario, executions: 400 });
    const hooked = await loadScenario(path, true);
    const makeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });
    const { line, lanes, artefact } = investigate({ scenario: hooked.scenario, setting: settingOf(scenario), strategy: makeStrategy(failure!.strategy), seed: failure!.seed }, { core: hooked, makeOracle });
    const table = laneTable(lanes).map(({ text }) => text).join('\n');
    expect(table).toMatch(/load sums\[1\] = 0n/);
    expect(table).toMatch(/store sums\[1\] 0n → 5n/);
    // The third thread is left out: it has nothing to do with the failure.
    expect(artefact.operations?.[2]).toEqual([]);
    expect(artefact.preemptions.length).toBeLessThanOrEqual(2);
    expect(await replayArtefact(decodeLine(line), { makeOracle })).toMatchObject({ fails: true, divergence: '', recording: { outcome: { facts: ['lost'] } } });
  });
});

describe('the examples of the documentation', () => {
  const failing: Readonly<Record<string, readonly [verdict: string, fact: RegExp]>> = {
    'careless-seqlock': ['invariant', /^NOT_LINEARIZABLE: read\(\) .* returned NaN/],
    'careless-ticket-lock': ['invariant', /3 threads have counted to [12]/],
    'forgetful-mutex': ['lost-wakeup', /add \d sleeps on word\[0\]/],
    'greedy-deque': ['invariant', /^NOT_LINEARIZABLE: (pop|steal)\(\) /],
    'greedy-pool': ['invariant', /(\d+) tasks were done, not 7/],
    'hasty-rcu': ['invariant', /^NOT_LINEARIZABLE: read\([01]\) .* returned 0/],
    'hasty-ring-buffer': ['invariant', /came out$/],
    'losing-queue': ['invariant', /^NOT_LINEARIZABLE: take\(\) /],
    'lossy-async-mutex': ['lost-wakeup', /^add \d waits on word\[0\], and would go on/],
    'lossy-condition': ['lost-wakeup', /^waiter sleeps on changes\[0\]/],
    'racy-message': ['race', /^isSent\[0\] is accessed by two threads/],
    'sleepy-buffer': ['lost-wakeup', /^thread \d sleeps on changes\[0\]/],
    stack: ['invariant', /popped twice|lost/],
    twice: ['invariant', /made 2 times/],
    'unfair-lock': ['starvation', /^(left|right) was overtaken 5 times/],
  };

  it.each(scenariosIn(EXAMPLES).filter((name) => !(name in failing)))('%s has no failure', async (name) => {
    const { core, scenario } = await loadUserScenario(join(EXAMPLES, `${name}.scenario.ts`), false);
    const { failure, distinct } = search({ core, scenario, executions: 500 });
    expect(failure).toBeUndefined();
    // Otherwise its threads run one after the other, whatever the strategy chooses.
    expect(distinct).toBeGreaterThan(1);
    expect(scenario.summary).not.toMatch(/; fails$/);
  });

  it.each(Object.entries(failing))('%s has one: %s', async (name, [verdict, fact]) => {
    const { core, scenario } = await loadUserScenario(join(EXAMPLES, `${name}.scenario.ts`), false);
    const { failure } = search({ core, scenario, executions: 2000 });
    expect(failure).toMatchObject({ verdict, facts: [expect.stringMatching(fact), ...failure!.facts.slice(1)] });
    expect(scenario.summary).toMatch(/; fails$/);
  });
});

describe('packages from npm, as they are', () => {
  const failing: Readonly<Record<string, readonly [verdict: string, fact: RegExp]>> = {
    entities: ['exception', /^Entity pool exhausted: maximum of 16 entities reached$/],
    semaphore: ['lost-wakeup', /^thread \d sleeps on/],
  };

  it.each(scenariosIn(PACKAGES).filter((name) => !(name in failing)))('%s has no failure', async (name) => {
    const { core, scenario } = await loadUserScenario(join(PACKAGES, `${name}.scenario.ts`), false);
    const { failure, distinct } = search({ core, scenario, executions: 300 });
    expect(failure).toBeUndefined();
    expect(distinct).toBeGreaterThan(50);
  });

  it.each(Object.entries(failing))('%s has one: %s', async (name, [verdict, fact]) => {
    const { core, scenario } = await loadUserScenario(join(PACKAGES, `${name}.scenario.ts`), false);
    const { failure } = search({ core, scenario, executions: 2000 });
    expect(failure).toMatchObject({ verdict, facts: [expect.stringMatching(fact), ...failure!.facts.slice(1)] });
  });
});
