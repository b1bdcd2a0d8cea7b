/** Compiled code does what the JavaScript that it was made from does, and what can't be compiled is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compiled/compile.ts';
import { compilableMemory } from '../../src/compiled/instance.ts';
import type { Export } from '../../src/compiled/wat.ts';
import { xorshift32 } from '../../src/base/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweepgen-wat-'));
afterAll(() => rmSync(folder, { recursive: true }));
const WORDS = 256;

const HELPERS = `
const TABLE = { a: 3, deep: { b: 17 } };
const { a: A } = TABLE;
const SIX = 2 * A;
const LIST = new Int32Array([5, -7, 1 << 30, 12]);
export function addWide(m, at, n) { const sum = (m[at] >>> 0) + m[at + 1] * 2 ** 32 + n; m[at + 1] = Math.floor(sum / 2 ** 32); m[at] = sum >>> 0; }
export function racyLoad(m, at) { return m[at]; }
export function racyStore(m, at, value) { m[at] = value; }
export function racyLoadByte(m, m8, at) { return m8[at]; }
export function racyStoreByte(m, m8, at, value) { m8[at] = value; }
export function twice(m, i) { m[i & 31] = (m[i & 31] + i) | 0; return i * 2; }
export function bump(m, i) { m[i & 31]++; }
export function waits(m) { return m[3] > 5 && racyLoad(m, SIX) !== 0; }
export function prefetchAll(m, from, to, step) {}
export function lowestBit(bits) { return 31 - Math.clz32(bits & -bits); }
export function pointsIntoHeap(m, slot, arena, used, pw) { return (pw === 1 || m[(slot + 1) | 0] === 0xc0) && (m[slot] - arena) >>> 0 < used >>> 0; }
export function scaled(m, i, by, twiced) { if (by === 2) return twiced ? i * 4 : i * 2; m[9] = by; return i * by; }
export function early(m, i) { if (i > 5) { if (i > 9) return 9; return 5; } return i; }
`;

/** Bodies of \`f(m, m8, i, x)\`: i from 0 to 31, x any. */
const BODIES: Readonly<Record<string, string>> = {
  arithmetic: 'return ((i + x) | 0) - (i * 3) ^ (x & 255) | (i << 4) | (x >> 3);',
  'logical shift': 'return (x >>> 28) + (x >>> 5 & 1023);',
  constants: 'return m[i + A] + m[SIX] + TABLE.deep.b + (A + SIX) + (x === TABLE.a ? 1 : 0);',
  comparisons: 'let r = 0; if (x < i) r |= 1; if (x <= i) r |= 2; if (x > i) r |= 4; if (x >= i) r |= 8; if (x === i) r |= 16; if (x !== i) r |= 32; return r;',
  'not': 'let r = 0; if (!(x > 0)) r = 1; if (!(x > 0 && i > 3)) r |= 2; if (!(x > 0 || i > 3)) r |= 4; return r;',
  'and, or': 'let r = 0; if (x > 0 && i > 4 && m[i] !== 0) r = 1; if (x > 0 || i > 4 || m[i] !== 0) r |= 2; if ((x > 0 && i > 4) || (m[i] !== 0 && i < 9)) r |= 4; if ((x > 0 || i > 4) && (m[i] !== 0 || i < 9)) r |= 8; return r;',
  'truths as values': 'const b = x > 3 && i < 7; const c = x > 3 || i < 7; return (b ? 1 : 0) + (c ? 2 : 0);',
  'only asked if needed': 'if (x > 0 && twice(m, i) > 3) return 1; if (x < 0 || twice(m, i) > 3) return 2; return 3;',
  outside: 'let r = 0; if (x < 0 || x >= i) r = 1; while (x < 0 || x >= i) { r = r + 2; break; } if (!(x < 0 || x >= i)) r = r + 4; return r;',
  conditional: 'return x > 0 ? (i > 3 ? 1 : 2) : m[i];',
  'if, else if': 'if (x < 0) m[1] = 5; else if (i > 5) m[2] = 6; else { m[3] = 7; } return m[1] + m[2] + m[3];',
  while: 'let n = i; let s = 0; while (n > 0) { n = n - 2; if (n === 4) continue; if (n === 1) break; s = s + m[n & 31]; } return s;',
  for: 'let s = 0; for (let j = 0; j < i; j++) { if (j === 3) continue; if (j > 9) break; for (let k = j; k-- > 0; ) s = (s + m[k] + k) | 0; } return s;',
  'for ever': 'let n = 0; for (;;) { n++; if (n > i) return n; }',
  'labels': 'let s = 0; out: for (let j = 0; j < i; j++) { for (let k = 0; ; k++) { if (k > 5) continue out; if (j + k > 20) break out; s = s + k; } } return s;',
  'switch': 'let r = 0; for (let j = 0; j < 9; j++) { switch (j ^ (i & 3)) { case A: r = r + 1; break; case 5: r = r + 10; case 0: r = r + 100; continue; case 1: { const k = i; if (k > 4) break; r = r + 5; break; } default: r = r ^ 3; } r = r * 2; } return r | 0;',
  'two updates': 'let s = 0; for (let j = 0, k = 3; j < i; j++, k += 2) s = s + k; return s;',
  'switch without a default': 'switch (x & 7) { case 2: return 5; case 4: m[1] = 3; } switch (i) {} return 9;',
  'leading zeros': 'return Math.clz32(x) + (31 - Math.clz32(x & -x)) * 64;',
  'lowest bit': 'return x === 0 ? i : lowestBit(x) + 64 * lowestBit(x | 256);',
  'unsigned comparison': 'let r = 0; if (x >>> 0 < i >>> 0) r = 1; if (!((x - i) >>> 0 < (x ^ 5) >>> 0)) r = r + 2; while (x >>> 0 < (i + 99) >>> 0) { r = r + 4; break; } return r;',
  'pointer tests': 'm[40] = x & 8191; m[41] = 0xbf + (x >>> 30); m[42] = x; m[43] = 0xc0; let r = 0; if (pointsIntoHeap(m, 40, i << 7, 4096, 2)) r = 1; if (!pointsIntoHeap(m, 42, -4096, x | 1, 2)) r = r + 2; if (pointsIntoHeap(m, 40, i, 4096, 1)) r = r + 4; return r + (pointsIntoHeap(m, i | 1, 0, x, 2) ? 8 : 0);',
  'divisions of integers': 'return ((x / (i + 1)) | 0) + 3 + (x % (i + 1));',
  'names in blocks': 'let y = 1; { let y = 2; m[5] = y; } for (let y = 7; y < 9; y++) m[6] = y; if (x > 0) { const y = x & 7; return y; } return y;',
  'words changed': 'm[i] += 3; m[i] |= 8; m[i]--; m[(i + 1) | 0] = m[i]; m[i + A] ^= x; return m[i];',
  bytes: 'racyStoreByte(m, m8, i * 4 + 1, 1 << (x & 7)); m8[i + 64] = 7; return racyLoadByte(m, m8, i * 4 + 1) + m8[i + 64] + m8[i];',
  racy: 'racyStore(m, i, x); return racyLoad(m, (i + 1) | 0);',
  atomics: 'const o = Atomics.or(m, i, x) + Atomics.add(m, i, 2) + Atomics.exchange(m, 3, i); Atomics.store(m, 4, o | 0); return (o + Atomics.compareExchange(m, 3, i, x) + Atomics.and(m, 3, 15) + Atomics.load(m, 4)) | 0;',
  calls: 'bump(m, i); twice(m, 4); return twice(m, twice(m, i)) + early(m, i) + early(m, 12);',
  'calls with constants': 'return scaled(m, i, 2, true) + scaled(m, i, 2, false) + scaled(m, x, A, true) + scaled(m, i, x, false) | 0;',
  'loads ahead of use': 'm[i + 32] = i; m[i + 34] = 5; prefetchAll(m, i + 32, i + 35, 2); prefetchAll(m, i, i, 3); return m[i + 33];',
  'calls that are inlined': 'let r = 0; const s = 3; if (waits(m)) r = 1; if (!waits(m)) r |= 2; if (x > 0 && waits(m)) r |= 4; if (waits(m) || i > 3) r |= 8; const w = waits(m); return r + (w ? 16 : 0) + s;',
  quotients: 'return Math.floor((i * 7) / 3) + Math.floor(i / (A + 1));',
  'elements of a constant list': 'return LIST[i & 3] + LIST[A];',
  'products and the larger of two': 'return Math.imul(i, x) + Math.max(i, x) * 3 + Math.max(x, A);',
  fill: 'm.fill(0, i, i + (x & 15)); m.fill(0, 7, 7); return i;',
  'counters of two words': 'm[i + 1] &= 255; addWide(m, i, i * 8192); addWide(m, i, x >>> 0); addWide(m, i, (x >>> 12) * 8192); addWide(m, i, -((x >>> 12) * 8191)); addWide(m, i, -i); addWide(m, i, A); return i;',
  'negative': 'return -i + ~x;',
};

function moduleOf(bodies: readonly string[]): string {
  return `${HELPERS}\n${bodies.map((body, n) => `export function f${n}(m, m8, i, x) { ${body} }`).join('\n')}`;
}

function exported(fn: string): Export {
  return { fn, name: fn, bound: {} };
}

let files = 0;
function fileOf(text: string): string {
  const path = join(folder, `core-${++files}.mjs`);
  writeFileSync(path, text);
  return path;
}

describe('what is compiled', () => {
  it('does as it does in JavaScript', async () => {
    const names = Object.keys(BODIES);
    const path = fileOf(moduleOf(Object.values(BODIES)));
    const plain = (await import(path)) as Record<string, (m: Int32Array, m8: Uint8Array, i: number, x: number) => number>;
    const memory = compilableMemory(WORDS);
    const module = new WebAssembly.Module(await compile(path, names.map((_, n) => exported(`f${n}`))));
    const compiled = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, (i: number, x: number) => number>;
    let seed = 2463534242;
    for (const [n, name] of names.entries()) {
      for (let run = 0; run < 200; run++) {
        const i = (seed = xorshift32(seed)) & 31;
        const x = (seed = xorshift32(seed)) & 64 ? seed | 0 : (seed & 31) - 3;
        const m = Int32Array.from({ length: WORDS }, () => ((seed = xorshift32(seed)) & 3) === 0 ? 0 : seed & 0xff_ff_ff);
        const there = new Int32Array(memory.buffer, 0, WORDS);
        there.set(m);
        const expected = plain[`f${n}`](m, new Uint8Array(m.buffer), i, x) | 0;
        expect(compiled[`f${n}`](i, x), `${name}(${i}, ${x})`).toBe(expected);
        expect([...there], name).toEqual([...m]);
      }
    }
  });

  it('does so with parameters that have one value, of which no test is left', async () => {
    const body = 'const b = mode & 1; let r = i; if (b !== 0 && i > 3) r += 10; if (!(b === 1 || i > 5)) r += 20; else r += mode === 2 ? 40 : 80; if (mode > 1 || i < 9) m[3] = r; while (mode === 3) { r = r * 2; break; } return r;';
    const path = fileOf(`export function f(m, i, mode) { ${body} }`);
    const { f } = (await import(path)) as { f: (m: Int32Array, i: number, mode: number) => number };
    const modes = [0, 1, 2, 3];
    const memory = compilableMemory(WORDS);
    const module = new WebAssembly.Module(await compile(path, [exported('f'), ...modes.map((mode) => ({ fn: 'f', name: `f${mode}`, bound: { mode } }))]));
    const compiled = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, (i: number, mode?: number) => number>;
    const m = new Int32Array(WORDS);
    for (const mode of modes) {
      for (let i = 0; i < 12; i++) {
        const expected = [f(m, i, mode), m[3]];
        expect([compiled[`f${mode}`](i), new Int32Array(memory.buffer)[3]]).toEqual(expected);
        expect(compiled.f(i, mode)).toBe(expected[0]);
      }
    }
  });

  it('loads what is to be prefetched', async () => {
    const memory = compilableMemory(WORDS);
    const body = 'prefetchAll(m, 20, 20 + i, 2);';
    const module = new WebAssembly.Module(await compile(fileOf(`${HELPERS}\nexport function f(m, i) { ${body} }`), [exported('f')]));
    const { f, touched } = new WebAssembly.Instance(module, { env: { memory } }).exports as { f: (i: number) => void; touched: { value: number } };
    new Int32Array(memory.buffer).set([10, 0, 11, 0, 12], 20);
    new Int32Array(memory.buffer).set([100, 101, 102], 10);
    const touchedBy = (i: number) => (f(i), touched.value);
    expect([0, 1, 3, 5].map(touchedBy)).toEqual([0, 100, 101, 102]);
  });

  it('calls functions that stay JavaScript, and passes on what they throw', async () => {
    const path = fileOf('export function f(m, i) { if (i > 8) stop(m, i); return ask(m, i, 7) + 1; }\nfunction ask(m, i, x) { return i + x; }\nfunction stop(m, i) { throw new Error(i); }');
    const memory = compilableMemory(WORDS);
    const module = new WebAssembly.Module(await compile(path, [exported('f')], ['ask', 'stop', 'unused']));
    const asked: number[][] = [];
    const ask = (...args: number[]) => (asked.push(args), 40);
    const stop = (i: number) => { throw new RangeError(`stopped at ${i}`); };
    const { f } = new WebAssembly.Instance(module, { env: { memory, ask, stop } }).exports as { f: (i: number) => number };
    expect(f(3)).toBe(41);
    expect(asked).toEqual([[3, 7]]);
    expect(() => f(9)).toThrow(new RangeError('stopped at 9'));
  });

  it('throws through an import that names the failure and its facts', async () => {
    const path = fileOf("export function f(m, i) { if (m[i] !== 3) fatal('NOT_THREE', { place: i, found: m[i] }); return i + 1; }\nfunction fatal(code, facts) {}");
    const memory = compilableMemory(WORDS);
    const module = new WebAssembly.Module(await compile(path, [exported('f')]));
    expect(WebAssembly.Module.imports(module).map(({ module, name }) => [module, name])).toContainEqual(['fatal', 'NOT_THREE.place.found']);
    const stop = (...facts: number[]) => { throw new RangeError(`stopped: ${facts.join()}`); };
    const { f } = new WebAssembly.Instance(module, { env: { memory }, fatal: { 'NOT_THREE.place.found': stop } }).exports as { f: (i: number) => number };
    new Int32Array(memory.buffer).set([3, 4], 20);
    expect(f(20)).toBe(21);
    expect(() => f(21)).toThrow(new RangeError('stopped: 21,4'));
  });

  it('traps outside the memory', async () => {
    const memory = compilableMemory(WORDS);
    const module = new WebAssembly.Module(await compile(fileOf('export function f(m, i) { return m[i]; }'), [exported('f')]));
    const { f } = new WebAssembly.Instance(module, { env: { memory } }).exports as { f: (i: number) => number };
    expect(() => f(1 << 20)).toThrow(/out of bounds/);
  });
});

describe('what is not made of whole numbers and words is refused, with its text:', () => {
  it.each([
    ['a fraction', 'return i / 2;', 'i / 2'],
    ['a string', "return m[i] === 'a';", '"a"'],
    ['an object', 'const o = { i }; return o;', '{ i }'],
    ['a function that is none of the core', 'return parseInt(i);', 'parseInt(i)'],
    ['a closure', 'const f = () => i; return f();', '() => i'],
    ['a name that is unknown', 'return y;', 'y'],
    ['another array', 'const n = TABLE[i]; return n;', 'TABLE[i]'],
    ['a comparison of numbers beyond 31 bits', 'return x >>> 0 < i ? 1 : 0;', 'x >>> 0 < i'],
    ['a label of a block', 'out: { if (i > 3) break out; m[1] = 2; } return 1;', 'out: {'],
    ['a case that is no constant', 'switch (i) { case x: return 1; } return 2;', 'x'],
    ['a case that is far away', 'switch (i) { case 70000: return 1; } return 2;', 'switch (i) {'],
    ['a throw', 'throw i;', 'throw i;'],
    ['??', 'return m[i] ?? 1;', 'm[i] ?? 1'],
    ['a value that there is not', 'return bump(m, i);', 'bump(m, i)'],
  ])('%s', async (_, body, text) => {
    await expect(compile(fileOf(moduleOf([body])), [exported('f0')])).rejects.toThrow(`can't be compiled: ${text}`);
  });

  it('a function that is not there', async () => {
    await expect(compile(fileOf(HELPERS), [exported('nowhere')])).rejects.toThrow('nowhere is no function of the core');
  });
});
