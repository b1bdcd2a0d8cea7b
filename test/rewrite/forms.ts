/** Every form in which the core may touch shared memory, as function bodies. */

const HELPERS = `
import { byteView } from '../src/memory/bytes.ts';
function byteAt(m: Int32Array, x: number): number { const m8 = byteView(m); return m8[x]; }
const TABLE = { a: 4, b: 5 };
type Step = (m: Int32Array, x: number) => number;
function twice(m: Int32Array, x: number): number { return m[x & 31] * 2; }
function bump(m: Int32Array, x: number): number { m[x & 31]++; return x; }
function pick(m: Int32Array, x: number): number {
  const y = m[x & 31];
  if (y > 10) return y - 10;
  if (y > 5) { m[1] = y; return 5; } else { m[2] = y; }
  return y;
}
function looped(m: Int32Array, x: number): number {
  let sum = 0;
  for (let i = 0; i < (x & 3); i++) sum += m[i];
  return sum;
}
function nothing(m: Int32Array, x: number): void { if (x > 3) m[3] = x; }
function wrap(m: Int32Array, x: number): number { x &= 3; return m[x]; }
function deep(m: Int32Array, x: number): number { for (;;) return looped(m, x); }
function early(m: Int32Array, x: number): number {
  if (x > 3) {
    if (m[0] > 2) return 1;
    m[1] = 9;
  }
  return m[2];
}
function late(m: Int32Array, x: number): number {
  if (x > 3) {
    if (m[x] > 12) return 1;
    m[1] = 9;
  }
  return m[2] + m[1];
}
function either(m: Int32Array, x: number): number { if (x > 3) m[3] = x; else m[4] = x; return m[3] + m[4]; }
function sum(o: { a: number; b: number }): number { return o.a + o.b; }
function pure(x: number): number { return (x * 3) & 31; }
const STEPS: readonly Step[] = [twice, bump, pick, looped];
`;

/** Function bodies over \`m\`, \`i\` and \`x\`, each exercising one form. */
export const BODIES: Readonly<Record<string, string>> = {
  'plain load': 'return m[i];',
  'load of a load': 'return m[m[m[i]]];',
  'store': 'm[i] = x; return m[i];',
  'value of a store is what was assigned, not what was kept': 'return (m[i] = 2 ** 31 + x);',
  'chained stores': 'm[i] = m[i + 1] = m[x]; return m[i] + m[i + 1];',
  'index before value': 'm[i++] = i; return i;',
  'index with effect, value with effect': 'm[i++] = m[i++] + i++; return i;',
  'value changes the index variable': 'm[i] = i = 3; return i;',
  'compound loads before its operand': 'm[i] += bump(m, i); return m[i];',
  'compound operand changes the index variable': 'm[i] += (i = 2); return i;',
  'compound forms': 'm[i] -= x; m[i] *= 3; m[i] /= 2; m[i] %= 17; m[i] <<= 3; m[i] >>= 1; m[i] >>>= 1; m[i] &= 0xff; m[i] |= 64; m[i] ^= 5; m[i] **= 2; return m[i];',
  'value of a compound': 'return (m[i] += 2 ** 31);',
  'operator precedence in a compound': 'm[i] *= x + 1; m[i] -= x - 1; return m[i];',
  'logical assignments': 'm[0] = 0; m[0] ||= x; m[1] &&= x + 1; m[2] ??= 9; return m[0] + m[1] + m[2];',
  'logical assignment skips its operand': 'm[1] = 1; m[1] ||= bump(m, 5); m[0] = 0; m[0] &&= bump(m, 6); return m[5] + m[6];',
  'postfix': 'return m[i]++ + m[i]-- * 100 + m[i];',
  'prefix': 'return ++m[i] + --m[i] * 100 + m[i];',
  'postfix of a sum in an index': 'return m[m[i]++ & 31];',
  'update with an effect in the index': 'm[i++]++; --m[i++]; return i;',
  'and, or': 'return (m[i] > 5 && m[i + 1]) || m[i + 2];',
  'nullish': 'return m[i] ?? m[0];',
  'conditional': 'return m[i] > x ? m[0] : m[1] > 3 ? (m[2] = 5) : bump(m, 3);',
  'comma': 'return (m[0]++, m[1] = x, m[0] + m[1]);',
  'arguments in order': 'return pick(m, i++) * 1000 + twice(m, i++) + i;',
  'call in an argument': 'return twice(m, twice(m, twice(m, i) & 31) & 31);',
  'same small function inside its own argument': 'return pick(m, pick(m, pick(m, x)));',
  'while with an access in its test': 'let n = 0; while (m[i] > 0 && n < 50) { m[i]--; n++; } return n;',
  'do while': 'let n = 0; do { n += m[n & 31]; } while (n < 40 && m[n & 31] !== 0); return n;',
  'for with accesses everywhere': 'let s = 0; for (m[0] = 0; m[0] < x; m[0]++) s += m[m[0]]; return s;',
  'switch on an access': 'switch (m[i] & 3) { case 0: return m[0]; case m[1] & 3: m[2]++; break; case 2: m[3] = 7; default: m[4]--; } return m[2] + m[3] + m[4];',
  'labelled continue and break': 'let n = 0; outer: for (let a = 0; a < 5; a++) { for (let b = 0; b < 5; b++) { if (m[a * 5 + b] & 1) continue outer; if (m[b] > 25) break outer; n += m[b]; } } return n;',
  'object literal with shorthand': 'const a = m[i]; const o = { a, b: m[x], ...{ c: m[0]++ } }; return o.a + o.b + o.c + m[0];',
  'array literal and spread': 'return Math.max(...[m[0], m[1], m[2]++], m[2]);',
  'template': 'return `${m[0]}-${m[1]++}-${m[1]}`;',
  'try, catch, finally': 'try { m[0] = 1; if (m[1] > 0) throw new Error(String(m[i])); } catch (e) { m[2] = (e as Error).message.length; } finally { m[3]++; } return m[2] + m[3];',
  'indirect call': 'return STEPS[x & 3](m, i) + STEPS[(x + 1) & 3](m, m[i]);',
  'indirect call, table index from memory': 'return STEPS[m[i] & 3](m, x);',
  'indirect call through a local': 'const step: Step = x > 3 ? bump : pick; return step(m, i);',
  'atomics': 'Atomics.store(m, i, 100); return [Atomics.load(m, i), Atomics.add(m, i, 7), Atomics.sub(m, i, 3), Atomics.and(m, i, 0x6f), Atomics.or(m, i, 0x10), Atomics.xor(m, i, 3), Atomics.exchange(m, i, x), Atomics.compareExchange(m, i, x, 9), Atomics.compareExchange(m, i, x, 10), m[i]].join();',
  'atomics with effects in operands': 'return [Atomics.add(m, i++, m[i++]), Atomics.compareExchange(m, i++, m[i - 1], i++), i].join();',
  'atomics wrap to 32 bits': 'Atomics.store(m, i, 0x7fffffff); Atomics.add(m, i, 1); return [m[i], Atomics.compareExchange(m, i, 2 ** 31, 5), m[i], Atomics.store(m, i, 2 ** 40 + 1), m[i]].join();',
  'atomics truncate': 'm[i] = -5; return [Atomics.add(m, i, 1.7), m[i], Atomics.sub(m, i, -1.7), m[i], Atomics.store(m, i, -2.5), m[i], Atomics.store(m, x, NaN), Atomics.exchange(m, i, 3.9), m[i]].join();',
  'fill and copyWithin': 'm.fill(x, i, i + 4); m.copyWithin(0, i, i + 2); return m[0] + m[1] + m.length;',
  'call for its effect': 'nothing(m, x); nothing(m, i); return m[3];',
  'missing and extra arguments': 'return String((pick as any)(m)) + (twice as any)(m, i, m[0]++) + m[0];',
  'small function that changes its parameter': 'return wrap(m, i) * 100 + i;',
  'call of a call, without an access of its own': 'return deep(m, x);',
  'returns in the middle of a small function': 'return early(m, x) + late(m, x) * 100 + late(m, i) * 10000;',
  'branches of a small function': 'return either(m, x) * 1000 + either(m, i);',
  'object literal over several lines in an argument': 'const n = pick(m, sum({ a: m[0], b: x }));\nreturn n + pick(m, sum({ a: x, b: m[1] }));',
  'bytes': 'const m8 = byteView(m); m8[i] = 300 + x; m8[i + 1] |= m[x]; m8[i++]++; --m8[m[0] & 31]; return `${m8[i]} ${m8[1] = 258} ${m8[1]} ${byteAt(m, x) + byteAt(m, i)}`;',
  'helper without memory': 'return pure(m[i]) + m[pure(x)];',
  'table constant as index': 'm[TABLE.a] = m[TABLE.b]; return m[4];',
  'block-scoped shadows': 'const y = m[0]; { const y = m[1]; m[2] = y; } for (let y = 0; y < 2; y++) m[3] += y; return y + m[2] + m[3];',
  'a local that has the name of a function': 'const twice = m[i]; return twice + pick(m, twice);',
  'closure that does not touch memory': 'const a = [m[2], m[0], m[1]].sort((p, q) => p - q); return a.join();',
  'destructuring of a helper result': 'const [p, q] = [m[0], m[1]]; const { a, b } = { a: p, b: m[2] }; return p + q + a + b;',
  'for of over local values': 'let s = 0; for (const v of [m[0], m[1]]) s += v * m[v & 31]; return s;',
  'return in the middle of a loop': 'for (let k = 0; k < 31; k++) if (m[k] > 20) return k * 100 + m[k + 1]; return -1;',
  'typeof, void, not': 'return `${typeof m[0]} ${void m[1]++} ${!m[2]} ${-m[3]} ${~m[1]}`;',
  'out of bounds': 'return String(m[1000]) + String((m[1000] = 5)) + String(m[-1]);',
};

/** A module that exports body number n as fn. */
export function moduleOf(bodies: readonly string[]): string {
  return HELPERS + bodies.map((body, n) => `export function f${n}(m: Int32Array, i: number, x: number): unknown { ${body} }\n`).join('');
}
