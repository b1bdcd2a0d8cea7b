/** A coroutine computes what the plain function does, however often it is suspended. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Explorer } from '../../src/explore/scheduler.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { loadPlain, loadText } from './compile.ts';
import { BODIES, moduleOf } from './forms.ts';

const WORDS = 32;
const template = Int32Array.from({ length: WORDS }, (_, i) => (i * 7 + 3) % WORDS);

async function expectSame(bodies: readonly string[], names: readonly string[] = bodies): Promise<void> {
  const plain = await loadPlain(moduleOf(bodies));
  for (const hooked of [false, true]) {
    const explored = await loadText(moduleOf(bodies), hooked);
    for (let n = 0; n < bodies.length; n++) {
      if (hooked && names[n] === 'out of bounds') continue;
      for (const [i, x] of [[3, 6], [8, 1], [20, 4]]) {
        const memory = template.slice();
        const expected = plain[`f${n}`](memory, i, x);
        const explorer = new Explorer({
          core: explored,
          template,
          threads: [(m) => explored[`f${n}`](m, i as never, x as never)],
          strategy: new RandomWalk(1),
          monitors: hooked ? [{ access() {} }] : undefined,
        });
        const run = explorer.run(1);
        expect([run.verdict, run.detail], names[n]).toEqual(['ok', '']);
        expect([run.results[0], [...explorer.m]], names[n]).toEqual([expected, [...memory]]);
      }
    }
  }
}

describe('a coroutine computes what the plain function does', () => {
  it('for every form of access, call and control flow', async () => {
    await expectSame(Object.values(BODIES), Object.keys(BODIES));
  });

  it('for random expressions', async () => {
    const leaf = fc.constantFrom('i', 'x', '2', '17', 'i++', '--x', 'TABLE.a', 'm[i & 31]', 'm[3]', 'm[x & 31]++');
    const { expression } = fc.letrec<{ expression: string }>((tie) => {
      const e = tie('expression');
      return {
        expression: fc.oneof(
          { maxDepth: 4, withCrossShrink: true },
          leaf,
          fc.tuple(e, fc.constantFrom('+', '-', '^', '|', '>', '&&', '||', ','), e).map(([a, op, b]) => `(${a} ${op} ${b})`),
          fc.tuple(e, e, e).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
          fc.tuple(e, fc.constantFrom('=', '+=', '|=', '&&=', '||='), e).map(([a, op, b]) => `(m[${a} & 31] ${op} ${b})`),
          fc.tuple(fc.constantFrom('i', 'x'), e).map(([a, b]) => `(${a} = (${b}) & 31)`),
          e.map((a) => `m[${a} & 31]`),
          fc.tuple(e, fc.constantFrom('++', '--')).map(([a, op]) => `${op}m[${a} & 31]`),
          fc.tuple(fc.constantFrom('twice', 'bump', 'pick', 'looped', 'STEPS[m[0] & 3]'), e).map(([f, a]) => `${f}(m, ${a})`),
          fc.tuple(fc.constantFrom('add', 'xor', 'exchange', 'store'), e, e).map(([op, a, b]) => `Atomics.${op}(m, ${a} & 31, ${b})`),
          fc.tuple(e, e, e).map(([a, b, c]) => `Atomics.compareExchange(m, ${a} & 31, ${b}, ${c})`),
        ),
      };
    });
    const bodies = fc.sample(expression, { seed: 20140910, numRuns: 300 }).map((text) => `return String(${text}) + i + x;`);
    await expectSame(bodies);
  });
});
