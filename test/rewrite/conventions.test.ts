/** Each convention of the core's source that is broken is an error of the build, at its place. */
import { describe, expect, it } from 'vitest';
import { ConventionError } from '../../src/rewrite/problems.ts';
import { generateText } from './compile.ts';

const VIEW = "import { byteView } from '../src/memory/bytes.ts';\n";

/** What the source says, the place, and a part of the message. */
const BREACHES: readonly (readonly [text: string, place: string, message: string])[] = [
  ['export function f(m: Int32Array): unknown {\n  const alias = m;\n  return alias[0];\n}', '2:17', 'm is aliased'],
  ['export function f(m: Int32Array): unknown { return { m }; }', '1:', 'm is aliased'],
  ['export function f(m: Int32Array): unknown { return m; }', '1:52', 'm is aliased'],
  ['export function f(m: Int32Array): number {\n  return [1].map((i) => m[i])[0];\n}', '2:25', 'captured by a closure'],
  ['export function f(m: Int32Array): void {\n  [3, 1].sort((a, b) => m[a] - m[b]);\n}', '2:25', 'captured by a closure'],
  ['export function f(m: Int32Array): void { function g(): void { m[0] = 1; } g(); }', '1:63', 'captured by a closure'],
  ['export function f(m: Int32Array): unknown { return m.subarray(1); }', '1:52', 'm.subarray'],
  ['export function f(m: Int32Array): unknown { return new Uint8Array(m.buffer); }', '1:67', 'm.buffer'],
  ['export function f(i: number, m: Int32Array): number { return m[i]; }', '1:30', 'first parameter'],
  ['export function f(m: Int32Array = new Int32Array(1)): number { return m[0]; }', '1:19', 'first parameter'],
  ['export const f = (m: Int32Array): number => m[0];', '1:19', 'plain function declaration'],
  ['export const o = { f(m: Int32Array): number { return m[0]; } };', '1:22', 'plain function declaration'],
  ['export class C { get(m: Int32Array): number { return m[0]; } }', '1:22', 'plain function declaration'],
  ['export function f(x: number): number { function g(m: Int32Array): number { return m[0]; } return x + g(new Int32Array(1)); }', '1:51', 'module level'],
  ['const m = new Int32Array(4);\nexport function f(): number { return m[0]; }', '1:7', 'names the shared memory'],
  ['export async function f(m: Int32Array): Promise<number> { return m[0]; }', '1:', 'async'],
  ['export function* f(m: Int32Array): Generator { m[0] = 1; }', '1:', 'generator'],
  ['export function f(m: Int32Array): number { const [a = m[0]] = []; return a; }', '1:55', 'default value'],
  ['export function f(m: Int32Array, i = m[0]): number { return i; }', '1:38', 'default value'],
  ['export function f(m: Int32Array): void { [m[0], m[1]] = [1, 2]; }', '1:', 'assignment of its own'],
  ['export function f(m: Int32Array): void { ({ a: m[0] } = { a: 1 }); }', '1:', 'assignment of its own'],
  ['export function f(m: Int32Array): void { for (m[0] of [1, 2]); }', '1:', 'assignment of its own'],
  ['export function g(m: Int32Array): number { return m[0]; }\nexport function f(other: Int32Array): number { return g(other); }', '2:55', 'must be called with m'],
  ['function g(x: unknown): unknown { return x; }\nexport function f(m: Int32Array): unknown { return g(m); }', '2:', 'first parameter is not m'],
  ['export function f(m: Int32Array): unknown { return Math.max(1, m as never); }', '1:64', 'm must be the first argument'],
  ['export function f(m: Int32Array): unknown { return structuredClone(m); }', '1:52', 'not part of the core'],
  ['export function f(m: Int32Array): unknown { return new Set(m); }', '1:60', 'm is aliased'],
  ['type S = (m: Int32Array) => void;\nexport function f(m: Int32Array, s?: S): void { s?.(m); }', '2:53', 'optional call'],
  ['export function f(m: Int32Array, other: Int32Array): number { return Atomics.load(other, 0); }', '1:70', 'something other than m'],
  ['export function f(m: Int32Array): unknown { return Atomics.waitAsync(m, 0, 0); }', '1:52', 'Atomics.waitAsync'],
  ['export function f(m: Int32Array): void { const { load } = Atomics; load(m, 0); }', '1:59', 'Atomics is aliased'],
  ['export function f(m: Int32Array, i: number, m8: Uint8Array): number { return m[i] + m8[1]; }', '1:45', 'm8 names the byte view'],
  ['function g(m: Int32Array, i: number, b: Uint8Array): number { return m[i] + b[0]; }\nexport function f(m: Int32Array, m8: Uint8Array): number { return g(m, 0, m8); }', '2:', 'm8 is aliased'],
  [`${VIEW}export function f(m: Int32Array): unknown { const m8 = byteView(m); return m8; }`, '2:', 'm8 is aliased'],
  [`${VIEW}export function f(m: Int32Array): unknown { const m8 = byteView(m); return m8.subarray(1); }`, '2:', 'm8.subarray'],
  [`${VIEW}export function f(m: Int32Array): unknown { const m8 = byteView(m); return [1].map((i) => m8[i]); }`, '2:', 'm8 is captured'],
  [`${VIEW}export function f(m: Int32Array): number { const bytes = byteView(m); return bytes[1]; }`, '2:', 'must be called m8'],
  ['let calls = 0;\nexport function f(m: Int32Array): number { calls += m[0]; return calls; }', '1:5', 'module-level let calls'],
  ['const scratch: number[] = [];\nexport function f(m: Int32Array): number { scratch[0] = m[0]; return scratch[0]; }', '2:44', 'scratch is changed'],
  ['const scratch: number[] = [];\nfunction keep(x: number): void { scratch.push(x); }\nexport function f(m: Int32Array): void { keep(m[0]); }', '2:34', 'scratch is changed'],
  ['const seen = { n: 0 };\nexport function f(m: Int32Array): void { seen.n++; m[0] = 1; }', '2:42', 'seen is changed'],
  ['export function f(m: Int32Array): void { m[0] = Math.random(); }', '1:49', 'Math.random'],
  ['function later(): number { return Date.now(); }\nexport function f(m: Int32Array): void { m[0] = later(); }', '1:35', 'Date.now'],
];

/** A record with an atomic field; `at` is what struct() would have made of it. */
const RECORD = 'const S = { at: { plain: 0, xfoo: 1, xrow: 2 } };\n';

/** Plain accesses of atomic fields: how the offset comes to the access. */
const PLAIN_ACCESSES: readonly (readonly [how: string, text: string])[] = [
  ['by the field', 'export function f(m: Int32Array, s: number): number { return m[s + S.at.xfoo]; }'],
  ['by a quoted field', "export function f(m: Int32Array, s: number): number { return m[s + S.at['xfoo']]; }"],
  ['by destructuring', 'const { xfoo: XFOO } = S.at;\nexport function f(m: Int32Array, s: number): number { return m[s + XFOO]; }'],
  ['by another name', 'const { xfoo: AT } = S.at;\nexport function f(m: Int32Array, s: number): void { m[s + AT] = 1; }'],
  ['by nested destructuring', 'const { at: { xfoo: AT } } = S;\nexport function f(m: Int32Array, s: number): void { m[s + AT]++; }'],
  ['by a constant', 'const AT = S.at.xfoo;\nexport function f(m: Int32Array, s: number): void { m[s + AT] += 1; }'],
  ['by a constant of a constant', 'const AT = S.at.xfoo;\nconst WORD = 16 + AT;\nexport function f(m: Int32Array): number { return m[WORD]; }'],
  ['by a name for the offsets', 'const at = S.at;\nexport function f(m: Int32Array, s: number): number { return m[s + at.xfoo]; }'],
  ['by destructured offsets', 'const { at } = S;\nexport function f(m: Int32Array, s: number): number { return m[s + at.xfoo]; }'],
  ['beside it', 'const { xrow: XROW } = S.at;\nexport function f(m: Int32Array, s: number): number { return m[s + XROW + 1]; }'],
  ['by an index', 'const { xrow: XROW } = S.at;\nexport function f(m: Int32Array, s: number, i: number): number { return m[s + XROW + i * 2]; }'],
  ['by a local constant', 'const { xfoo: XFOO } = S.at;\nexport function f(m: Int32Array, s: number): number { const at = s + XFOO; return m[at]; }'],
  ['by a local variable', 'const { xfoo: XFOO } = S.at;\nexport function f(m: Int32Array, s: number): number { let at = s + XFOO; at++; return m[at]; }'],
  ['by a choice', 'export function f(m: Int32Array, s: number, b: boolean): number { return m[b ? s : s + S.at.xfoo]; }'],
  ['by a function', 'function wordOf(s: number): number { return s + S.at.xfoo; }\nexport function f(m: Int32Array, s: number): number { return m[wordOf(s)]; }'],
  ['as a range', 'export function f(m: Int32Array, s: number): void { m.fill(0, s + S.at.xrow, s + 4); }'],
];

/** Not accesses, not plain, or not of an atomic field. */
const ALLOWED = `${RECORD}
const { plain: PLAIN, xfoo: XFOO } = S.at;
function load(m: Int32Array, at: number): number { return m[at]; }
export function f(m: Int32Array, s: number): number {
  const x = m[s + PLAIN] + Atomics.load(m, s + XFOO) + load(m, s + XFOO);
  m.fill(0, s, s + S.at.xfoo - 1);
  return m[x & S.at.plain];
}
`;

const KEPT = `
const TABLE: number[] = [];
for (let i = 0; i < 4; i++) TABLE[i] = i * 2;
const BY_NAME = new Map<string, number>();
BY_NAME.set('a', 1);
export class Broken extends Error { facts = 1; }
function local(n: number): number[] { const out: number[] = []; out.push(n); out[0]++; return out.sort((a, b) => a - b); }
export function f(m: Int32Array, i: number): number {
  const found = local(m[i]);
  found[1] = TABLE[i] + (BY_NAME.get('a') ?? 0);
  m.fill(0, 1, 2);
  if (found.length > 5) throw new Broken();
  return m.length + found[1];
}
`;

describe('conventions of the core', () => {
  for (const [text, place, message] of BREACHES) {
    it(`${message}: ${text.split('\n').at(-1)!.replace('export function f', '').slice(0, 60)}`, async () => {
      const error = await generateText(text).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ConventionError);
      const lines = (error as ConventionError).message.split('\n');
      expect(lines.filter((line) => line.startsWith(`virtual/core.ts:${place}`) && line.includes(message))).not.toEqual([]);
    });
  }

  it('all breaches are told at once', async () => {
    const text = 'let a = 0;\nexport function f(m: Int32Array): unknown { a += Math.random(); return [a, m]; }';
    const { problems } = (await generateText(text).catch((thrown: unknown) => thrown)) as ConventionError;
    expect(problems.map((each) => `${each.line}:${each.column}`).sort()).toEqual(['1:5', '2:45', '2:50', '2:76']);
  });

  it.each(PLAIN_ACCESSES)('an atomic field is accessed plainly %s', async (_how, text) => {
    const error = await generateText(RECORD + text).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConventionError);
    expect((error as ConventionError).message).toMatch(/(xfoo|xrow) is an atomic field/);
  });

  it('plain fields, Atomics and racy functions are no breach', async () => {
    await expect(generateText(ALLOWED)).resolves.toBeDefined();
  });

  it('tables built at load, local arrays and error classes are no breach', async () => {
    await expect(generateText(KEPT)).resolves.toBeDefined();
  });
});
