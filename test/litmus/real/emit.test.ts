import { describe, expect, it } from 'vitest';
import { totalOrderResults } from '../../../src/litmus/axioms/total-order.ts';
import { load, store, type Program } from '../../../src/litmus/program.ts';
import { randomProgram } from '../../../src/litmus/random-program.ts';
import { compileThread, threadText, viewsOf } from '../../../src/litmus/real/emit.ts';

describe('the loop of a thread', () => {
  it('makes each access at the place of the instance', () => {
    expect(threadText([store('x', 1), load('y', { bytes: 2, offset: 2 })])).toBe([
      'function (place, out, offsets, from, to) {',
      '  const dx = offsets[0];',
      '  const dy = offsets[1];',
      '  for (let i = from; i < to; i++) {',
      '    const at = place[i];',
      '    v4[(at + dx + 0) >> 2] = 1;',
      '    const r0 = v2[(at + dy + 2) >> 1];',
      '    out[i * 1 + 0] = r0;',
      '  }',
      '}',
    ].join('\n'));
  });

  it('does what the program says, whatever the accesses', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const whole = randomProgram(seed, { threads: 2, accesses: 5, locations: 2, isMixed: true, hasFinals: false });
      // One thread alone has one result.
      const program: Program = { threads: [whole.threads.flat()], finals: [] };
      const [key] = totalOrderResults(program, 'sc');
      const views = viewsOf(new SharedArrayBuffer(256));
      const out = new Float64Array(32);
      compileThread(program, 0, views)(Int32Array.of(0, 64), out, Int32Array.of(8, 32, 16, 0), 1, 2);
      const reads = key === '' ? 0 : key.split(' ').length;
      const expected = key === '' ? [] : key.split(' ').map(Number);
      expect([seed, [...out.subarray(reads, 2 * reads)]]).toEqual([seed, expected]);
      expect([...out.subarray(0, reads)].every((value) => value === 0)).toBe(true);
    }
  });

});
