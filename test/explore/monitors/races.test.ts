/** The race detector reports unordered accesses, and no others. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { Execution } from '../../../src/explore/execution.ts';
import { RaceFound } from '../../../src/explore/monitors/races/race-found.ts';
import { withBothStacks } from '../../../src/explore/monitors/races/two-stacks.ts';
import { makeRaceDetector } from '../../../src/explore/monitors/races.ts';
import { RandomWalk } from '../../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../../src/explore/scheduler.ts';
import { importGenerated } from '../../../src/rewrite/generate.ts';
import type { Site } from '../../../src/rewrite/sites.ts';
import { generateText, type TextCore } from '../../rewrite/compile.ts';

const TEXT = `
import { byteView } from '../src/memory/bytes.ts';
import { racyLoad, racyLoadByte, racyStore, racyStoreByte } from '../src/sync/racy.ts';
import { osyield } from '../src/sync/os.ts';
import { notesleep, notewakeup } from '../src/sync/note.ts';

function take(m: Int32Array, key: number): void {
  while (Atomics.compareExchange(m, key, 0, 1) !== 0) osyield(m);
}
export function count(m: Int32Array, word: number): void { m[word]++; }
export function countLocked(m: Int32Array, key: number, word: number): void {
  take(m, key);
  m[word]++;
  Atomics.store(m, key, 0);
}
export function loadLocked(m: Int32Array, key: number, word: number): void {
  take(m, key);
  const looked = m[word];
  if (looked < 0) m[0] = looked;
  Atomics.store(m, key, 0);
}
export function countLockedThenLook(m: Int32Array, key: number, word: number): number {
  countLocked(m, key, word);
  return m[word];
}
export function peek(m: Int32Array, key: number, word: number): number {
  take(m, key);
  Atomics.store(m, key, 0);
  return m[word];
}
export function send(m: Int32Array, flag: number, word: number): void { m[word] = 7; Atomics.store(m, flag, 1); }
export function sendByAdd(m: Int32Array, flag: number, word: number): void { m[word] = 7; Atomics.add(m, flag, 1); }
export function sendPlainly(m: Int32Array, flag: number, word: number): void { m[word] = 7; m[flag] = 1; }
export function receive(m: Int32Array, flag: number, word: number, wanted: number): number {
  while (Atomics.load(m, flag) !== wanted) osyield(m);
  return m[word];
}
export function receiveThenClear(m: Int32Array, flag: number): void {
  while (Atomics.load(m, flag) === 0) osyield(m);
  m[flag] = 0;
}
export function receiveByFailedCas(m: Int32Array, flag: number, word: number): number {
  while (Atomics.compareExchange(m, flag, 5, 6) !== 1) osyield(m);
  return m[word];
}
export function receiveRacily(m: Int32Array, flag: number, word: number): number {
  while (racyLoad(m, flag) === 0) osyield(m);
  return m[word];
}
export function pass(m: Int32Array, from: number, to: number): void {
  while (Atomics.load(m, from) === 0) osyield(m);
  Atomics.store(m, to, 1);
}
export function overwrite(m: Int32Array, flag: number, value: number): void {
  while (racyLoad(m, flag) === 0) osyield(m);
  Atomics.store(m, flag, value);
}
export function overwriteRacily(m: Int32Array, flag: number, value: number): void {
  while (racyLoad(m, flag) === 0) osyield(m);
  racyStore(m, flag, value);
}
export function overwriteByte(m: Int32Array, flag: number, value: number): void {
  const m8 = byteView(m);
  while (racyLoad(m, flag) === 0) osyield(m);
  racyStoreByte(m, m8, 4 * flag, value);
}
export function sendByNote(m: Int32Array, note: number, word: number): void { m[word] = 7; notewakeup(m, note); }
export function receiveByNote(m: Int32Array, note: number, word: number): number { notesleep(m, note); return m[word]; }
export function sendByNotify(m: Int32Array, at: number, word: number): void {
  m[word] = 7;
  while (Atomics.notify(m, at, 1) === 0) osyield(m);
}
export function receiveByWait(m: Int32Array, at: number, word: number): number { Atomics.wait(m, at, 0); return m[word]; }
export function receiveByTimeout(m: Int32Array, at: number, word: number): number { Atomics.wait(m, at, 0, 1); return m[word]; }
export function loadIt(m: Int32Array, word: number): number { return m[word]; }
export function storeIt(m: Int32Array, word: number): void { m[word] = 3; }
export function loadAtomically(m: Int32Array, word: number): number { return Atomics.load(m, word); }
export function storeAtomically(m: Int32Array, word: number): void { Atomics.store(m, word, 3); }
export function addAtomically(m: Int32Array, word: number): void { Atomics.add(m, word, 3); }
export function loadRacily(m: Int32Array, word: number): number { return racyLoad(m, word); }
export function storeRacily(m: Int32Array, word: number): void { racyStore(m, word, 3); }
export function fillIt(m: Int32Array, from: number, to: number): void { m.fill(9, from, to); }
export function copyIt(m: Int32Array, to: number, from: number, end: number): void { m.copyWithin(to, from, end); }
export function loadByte(m: Int32Array, byte: number): number { const m8 = byteView(m); return m8[byte]; }
export function storeByte(m: Int32Array, byte: number): void { const m8 = byteView(m); m8[byte] = 1; }
export function loadByteRacily(m: Int32Array, byte: number): number { const m8 = byteView(m); return racyLoadByte(m, m8, byte); }
export function storeByteRacily(m: Int32Array, byte: number): void { const m8 = byteView(m); racyStoreByte(m, m8, byte, 1); }
export function markByte(m: Int32Array, byte: number, bit: number): void {
  const m8 = byteView(m);
  if ((racyLoadByte(m, m8, byte) & bit) === 0) racyStoreByte(m, m8, byte, bit);
}
`;

const KEY = 80;
const FLAG = 81;
const WORD = 90;
const WORDS = 128;
const EXECUTIONS = 60;

let core: TextCore;
let sites: readonly Site[];
beforeAll(async () => {
  const { hooked } = await generateText(TEXT);
  core = (await importGenerated(hooked)) as TextCore;
  sites = hooked.sites;
});

type Call = readonly [name: string, ...args: number[]];

/** Returns the executions of `calls` that raced, over several distances between the calls. */
function races(...calls: readonly Call[]): Execution[] {
  const monitors = [makeRaceDetector(core, sites)];
  const raced: Execution[] = [];
  for (const distance of [1, 10]) {
    const explorer = new Explorer({
      core,
      template: new Int32Array(WORDS),
      threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
      strategy: new RandomWalk(distance),
      monitors,
      stepLimit: 5000,
    });
    for (let seed = 0; seed < EXECUTIONS; seed++) {
      const execution = explorer.run(seed);
      expect(execution.verdict).toMatch(/^(ok|race)$/);
      if (execution.verdict === 'race') raced.push(execution);
    }
  }
  return raced;
}

/** Expects a race in every execution, whatever its order. */
function expectAlways(...calls: readonly Call[]): void {
  expect(races(...calls)).toHaveLength(2 * EXECUTIONS);
}

function expectNever(...calls: readonly Call[]): void {
  expect(races(...calls).map(({ detail }) => detail)).toEqual([]);
}

describe('locks', () => {
  it('that no thread takes lead to a race', () => expectAlways(['count', WORD], ['count', WORD]));
  it('order the accesses that they guard', () => expectNever(['countLocked', KEY, WORD], ['countLocked', KEY, WORD], ['countLocked', KEY, WORD]));
  it('do not order accesses after the release', () => {
    const raced = races(['countLocked', KEY, WORD], ['countLockedThenLook', KEY, WORD]).length;
    expect(raced).toBeGreaterThan(20);
    expect(raced).toBeLessThan(2 * EXECUTIONS);
  });
  it('order nothing if the threads take different ones', () => expectAlways(['countLocked', KEY, WORD], ['countLocked', FLAG, WORD]));
  it('order a later holder after an earlier one', () => {
    // A thread that only takes and releases the lock is ordered after the count if it comes later, but not if it comes first.
    const raced = races(['countLocked', KEY, WORD], ['peek', KEY, WORD]).length;
    expect(raced).toBeGreaterThan(20);
    expect(raced).toBeLessThan(2 * EXECUTIONS - 20);
  });
});

describe('messages', () => {
  it.each([
    ['an atomic store', ['send', FLAG, WORD], ['receive', FLAG, WORD, 1]],
    ['an atomic add', ['sendByAdd', FLAG, WORD], ['receive', FLAG, WORD, 1]],
    ['a store that a failed CAS sees', ['send', FLAG, WORD], ['receiveByFailedCas', FLAG, WORD]],
    ['a note', ['sendByNote', FLAG, WORD], ['receiveByNote', FLAG, WORD]],
    ['a notification', ['sendByNotify', FLAG, WORD], ['receiveByWait', FLAG, WORD]],
  ] as const)('by %s order the accesses before and after', (_, sender, receiver) => expectNever(sender, receiver));

  it('order accesses of the flag itself', () => expectNever(['send', FLAG, WORD], ['receiveThenClear', FLAG]));
  it('that a third thread passes on order accesses', () => expectNever(['send', FLAG, WORD], ['pass', FLAG, KEY], ['receive', KEY, WORD, 1]));

  it.each([
    ['a plain store', ['sendPlainly', FLAG, WORD], ['receiveRacily', FLAG, WORD]],
    ['a plain store, loaded atomically,', ['sendPlainly', FLAG, WORD], ['receive', FLAG, WORD, 1]],
    ['an atomic store, loaded racily,', ['send', FLAG, WORD], ['receiveRacily', FLAG, WORD]],
  ] as const)('by %s order nothing', (_, sender, receiver) => expectAlways(sender, receiver));

  it('by a wait that timed out order nothing', () => expectAlways(['storeIt', WORD], ['receiveByTimeout', FLAG, WORD]));

  it.each(['overwrite', 'overwriteRacily', 'overwriteByte'])('that were overwritten order nothing, unless a thread read them before (%s)', (overwrite) => {
    const raced = races(['send', FLAG, WORD], [overwrite, FLAG, 2], ['receive', FLAG, WORD, 2]).length;
    expect(raced).toBeGreaterThan(20);
    expect(raced).toBeLessThan(2 * EXECUTIONS - 20);
  });
});

describe('accesses that nothing orders', () => {
  const kinds = ['loadIt', 'storeIt', 'loadRacily', 'storeRacily', 'loadAtomically', 'storeAtomically', 'addAtomically'] as const;
  const racing = new Set([
    'loadIt storeIt', 'loadIt storeRacily', 'loadIt storeAtomically', 'loadIt addAtomically',
    'storeIt storeIt', 'storeIt storeRacily', 'storeIt loadAtomically', 'storeIt storeAtomically', 'storeIt addAtomically',
  ]);
  const pairs = kinds.flatMap((a, i) => kinds.slice(i).map((b) => [a, b] as const));
  it.each(pairs)('%s and %s', (a, b) => {
    if (racing.has(`${a} ${b}`)) expectAlways([a, WORD], [b, WORD]);
    else expectNever([a, WORD], [b, WORD]);
  });

  it('race on the same word only', () => expectNever(['count', WORD], ['count', WORD + 1]));
  it('race with a load even if a later load is ordered', () => expectAlways(['loadIt', WORD], ['countLocked', KEY, WORD], ['loadLocked', KEY, WORD]));
  it('race with each of several loads', () => expectAlways(['loadIt', WORD], ['loadLocked', KEY, WORD], ['loadLocked', KEY, WORD], ['countLocked', KEY, WORD]));
});

describe('bytes', () => {
  const BYTE = 4 * WORD;
  it('next to each other do not race', () => expectNever(['storeByte', BYTE], ['storeByte', BYTE + 1], ['loadByte', BYTE + 2]));
  it.each([
    ['stored twice', ['storeByte', BYTE], ['storeByte', BYTE]],
    ['loaded and stored', ['loadByte', BYTE], ['storeByte', BYTE]],
    ['and their word', ['storeByte', BYTE + 3], ['loadIt', WORD]],
    ['loaded, and their word stored', ['loadByte', BYTE + 3], ['storeIt', WORD]],
    ['stored, and their word atomically loaded', ['storeByte', BYTE], ['loadAtomically', WORD]],
    ['loaded, and their word atomically changed', ['loadByte', BYTE], ['addAtomically', WORD]],
    ['racily stored, and their word plainly loaded', ['storeByteRacily', BYTE], ['loadIt', WORD]],
    ['racily and plainly stored', ['storeByteRacily', BYTE], ['storeByte', BYTE]],
  ] as const)('%s race', (_, one, other) => expectAlways(one, other));
  it('of intended races are not reported', () => {
    expectNever(['markByte', BYTE, 1], ['markByte', BYTE, 1], ['addAtomically', WORD], ['loadByteRacily', BYTE], ['loadRacily', WORD]);
    expectNever(['storeByte', BYTE], ['loadByteRacily', BYTE]);
  });
});

describe('ranges', () => {
  it('race where they overlap with a word', () => {
    expectAlways(['fillIt', WORD - 3, WORD + 1], ['loadIt', WORD]);
    expectAlways(['copyIt', WORD - 1, 100, 102], ['loadIt', WORD]);
    expectAlways(['copyIt', 100, WORD - 1, WORD + 1], ['storeIt', WORD]);
    expectAlways(['fillIt', WORD, WORD + 4], ['fillIt', WORD + 3, WORD + 5]);
  });
  it('do not race next to it', () => {
    expectNever(['fillIt', WORD - 3, WORD], ['storeIt', WORD], ['fillIt', WORD + 1, WORD + 4]);
    expectNever(['copyIt', 100, WORD - 1, WORD + 1], ['loadIt', WORD], ['copyIt', 110, WORD - 1, WORD + 1]);
  });
});

describe('a report', () => {
  it('names the word, both threads, both accesses and their source lines', () => {
    const [first] = races(['countLocked', KEY, WORD], ['storeIt', WORD]);
    expect(first.error).toBeInstanceOf(RaceFound);
    const { race, facts } = first.error as RaceFound;
    expect(race.word).toBe(WORD);
    expect(new Set([race.earlier.thread, race.later.thread])).toEqual(new Set([0, 1]));
    expect(race.earlier.number).toBeLessThan(race.later.number);
    expect(facts).toHaveLength(3);
    expect(facts[0]).toMatch(/^\S.*nothing orders them$/);
    expect(facts.join('\n')).toMatch(/thread 1 stores at virtual\/core\.ts:\d+:\d+ storeIt: m\[word\] = 3/);
    expect(facts.join('\n')).toMatch(/thread 0 (loads|stores) at virtual\/core\.ts:\d+:\d+ countLocked: m\[word\]\+\+/);
  });

  it('has the stack of the earlier access, taken from a repeated execution', () => {
    // The core returns the stack of its last access, so the time of the call matters.
    let at = -1;
    const stacked = { ...core, $stack: () => [at] };
    const calls: readonly Call[] = [['countLocked', KEY, WORD], ['storeIt', WORD]];
    const explorer = (monitors: ConstructorParameters<typeof Explorer>[0]['monitors']) =>
      new Explorer({
        core,
        template: new Int32Array(WORDS),
        threads: calls.map(([name, ...args]) => (m) => core[name](m, ...(args as never[]))),
        strategy: new RandomWalk(1),
        monitors: [{ access: (_thread, site) => void (at = site) }, ...monitors!],
      });
    for (let seed = 0; seed < 20; seed++) {
      const { error } = explorer([makeRaceDetector(stacked, sites)]).run(seed);
      if (!(error instanceof RaceFound)) continue;
      const { earlier, later } = withBothStacks(error, stacked, (monitors) => explorer(monitors).run(seed));
      expect(earlier.stack).toEqual([earlier.site]);
      expect(later.stack).toEqual([later.site]);
    }
    expect.hasAssertions();
  });
});

describe('memory of earlier executions', () => {
  it('has no effect on later ones', () => {
    // Thread 1 of one execution is not ordered before thread 0 of the next, and need not be.
    expectNever(['storeIt', WORD], ['storeIt', WORD + 1]);
    const monitors = [makeRaceDetector(core, sites)];
    const explorerOf = (word: number) =>
      new Explorer({ core, template: new Int32Array(WORDS), threads: [(m) => core.count(m, word as never), (m) => core.count(m, (WORD + WORD + 1 - word) as never)], strategy: new RandomWalk(1), monitors });
    for (let seed = 0; seed < 40; seed++) expect(explorerOf(WORD + (seed & 1)).run(seed).verdict).toBe('ok');
  });
});
