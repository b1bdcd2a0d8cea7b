/** Where a coroutine can be switched away: before each access, and only there. */
import { beforeAll, describe, expect, it } from 'vitest';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { ACCESS } from '../../src/rewrite/sites.ts';
import type { Generated } from '../../src/rewrite/transform.ts';
import { bundleText, generateText, loadText, type TextCore } from './compile.ts';
import { BODIES, moduleOf } from './forms.ts';

const TEXT = `
const BASE = 4;
function one(m: Int32Array): number {
  return 1;
}
function inner(m: Int32Array, i: number): number {
  for (;;) return Atomics.load(m, i);
}
export function increment(m: Int32Array): void {
  m[BASE] += 1;
}
export function orMark(m: Int32Array): void {
  m[inner(m, 2)] |= one(m) + inner(m, 3);
}
export function all(
  m: Int32Array,
): void {
  m[0] = m[1];
  Atomics.store(m, 2, Atomics.load(m, 3));
  Atomics.add(m, 4, 1);
  Atomics.compareExchange(m, 5, 0, 1);
  Atomics.notify(m, 6);
  Atomics.wait(m, 7, 1);
  m.fill(0, 8, 10);
  m.copyWithin(11, 8, 10);
}
`;

describe('scheduling points', () => {
  let generated: Generated;
  let core: TextCore;
  beforeAll(async () => {
    generated = (await generateText(TEXT)).plain;
    core = await loadText(TEXT);
  });

  /** Kind and word of each point that the function stops at. */
  function points(name: string): string[] {
    const m = new Int32Array(32);
    const fiber = core.$spawn(core[name](m));
    const seen: string[] = [];
    core.$attach({ now: () => 0, notify: () => 0, access() {} });
    for (let at = core.$resume(fiber, 0, undefined); at >= 0; at = core.$resume(fiber, 0, undefined)) {
      seen.push(`${generated.sites[at].kind} ${core.$pendingIndex()}`);
    }
    return seen;
  }

  it('split a plain read-modify-write into load and store', () => {
    expect(points('increment')).toEqual(['load 4', 'store 4']);
  });

  it('come in the order of evaluation: index, load, operand, store', () => {
    expect(points('orMark')).toEqual(['atomic load 2', 'load 0', 'atomic load 3', 'store 0']);
  });

  it('are one for each atomic operation and each range', () => {
    expect(points('all')).toEqual(['load 1', 'store 0', 'atomic load 3', 'atomic store 2', 'rmw 4', 'cas 5', 'notify 6', 'wait 7', 'fill 8', 'copy 11']);
  });

  it('are known by their place in the .ts source', () => {
    const places = generated.sites.map((site) => `${site.file}:${site.line}:${site.column} ${site.fn} ${site.kind}: ${site.text}`);
    expect(places).toContain('virtual/core.ts:7:19 inner atomic load: Atomics.load(m, i)');
    expect(places).toContain('virtual/core.ts:10:3 increment store: m[BASE] += 1');
    expect(places).toContain('virtual/core.ts:18:10 all load: m[1]');
    expect(places).toContain('virtual/core.ts:19:23 all atomic load: Atomics.load(m, 3)');
  });

  it('leave every line where it was, so that the source map of the bundle holds', async () => {
    const text = moduleOf(Object.values(BODIES));
    const before = (await bundleText(text)).split('\n');
    const variants = await generateText(text);
    for (const variant of [variants.plain, variants.hooked]) {
      const after = variant.code.split('\n');
      const moved = before.filter((line, n) => line.startsWith('function ') && after[n].replace('function*', 'function').split(' {')[0] !== line.split(' {')[0]);
      expect(moved).toEqual([]);
    }
  });

  it('make coroutines of functions that reach one or are called through a value, and of no others', async () => {
    const { code } = (
      await generateText(`
function never(m: Int32Array, x: number): number { return x; }
function neverEither(m: Int32Array, x: number): number { return never(m, x); }
function reaches(m: Int32Array, x: number): number { for (;;) return touches(m, x); }
function touches(m: Int32Array, x: number): number { for (;;) return m[x]; }
function viaTable(m: Int32Array, x: number): number { return x; }
const TABLE = [viaTable];
function calls(m: Int32Array, x: number): number { return TABLE[x](m, x); }
export function all(m: Int32Array): number { return neverEither(m, 1) + reaches(m, 2) + calls(m, 0); }
`)
    ).plain;
    const coroutines = [...code.matchAll(/function\* (\w+)/g)].map((match) => match[1]);
    expect(coroutines).toEqual(['reaches', 'touches', 'viaTable', 'calls', 'all']);
  });

  it('know the calls that led to them, through stops and through functions that were inlined', async () => {
    const text = `
export function outer(m: Int32Array): number { m[1] = 5; return middle(m, 2) + middle(m, 3); }
function middle(m: Int32Array, x: number): number { let sum = 0; for (let i = 0; i < 2; i++) sum += leaf(m, x); return sum; }
function leaf(m: Int32Array, x: number): number { return m[x]; }
`;
    const { sites } = (await generateText(text)).hooked;
    const watched = await loadText(text, true);
    for (const distance of [1, 2, 50]) {
      const stacks: string[] = [];
      const access = (_thread: number, site: number) => void stacks.push([...watched.$stack(), site].map((each) => sites[each].text).join(' > '));
      const explorer = new Explorer({
        core: watched,
        template: new Int32Array(8),
        threads: [(m) => watched.outer(m)],
        strategy: new RandomWalk(distance),
        monitors: [{ access }],
      });
      expect(explorer.run(1).verdict).toBe('ok');
      const inMiddle = [2, 3].flatMap((x) => Array.from({ length: 2 }, () => `middle(m, ${x}) > leaf(m, x) > m[x]`));
      expect(stacks).toEqual(['m[1] = 5', ...inMiddle]);
    }
  });

  it('need no coroutine of their own in small functions without loops', async () => {
    const { code } = (await generateText(moduleOf(Object.values(BODIES)))).plain;
    for (const small of ['twice', 'bump', 'pick', 'wrap', 'either']) expect(code).not.toMatch(new RegExp(`= ${small}\\(.*\\.next\\(`));
    for (const large of ['looped', 'deep', 'late']) expect(code).toMatch(new RegExp(`= ${large}\\(.*\\.next\\(`));
  });

  it('stand right before their access: each step is the one access that was announced', async () => {
    const hooked = await loadText(moduleOf(Object.values(BODIES)), true);
    const template = Int32Array.from({ length: 32 }, (_, i) => (i * 7 + 3) % 32);
    for (const [n, name] of Object.keys(BODIES).entries()) {
      if (name === 'out of bounds') continue;
      const accesses: string[] = [];
      const announced: string[] = [];
      const walk = new RandomWalk(1);
      const explorer = new Explorer({
        core: hooked,
        template,
        threads: [(m) => hooked[`f${n}`](m, 3 as never, 6 as never)],
        strategy: {
          name: 'announce',
          asksOnWake: false,
          budget: 1,
          begin: () => {},
          next(scene) {
            announced.push(`${scene.pendingSite[0]} ${scene.pendingIndex[0]}`);
            return walk.next(scene);
          },
        },
        monitors: [{
          access(_thread, site, kind, index) {
            const byte = kind === ACCESS.byteLoad || kind === ACCESS.byteStore;
            accesses.push(`${site} ${byte ? index >> 2 : index}`);
          },
        }],
      });
      expect(explorer.run(0).detail, name).toBe('');
      expect(accesses, name).toEqual(announced);
    }
  });
});
