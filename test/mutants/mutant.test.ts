/** A mutant is a change of the source text that must still fit it. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { ROOT } from '../../src/base/root.ts';
import { plant, type Mutant } from '../../src/mutants/mutant.ts';
import { generateFixtures } from '../rewrite/compile.ts';

const mutant: Mutant = {
  name: 'unmarked',
  history: 'constructed',
  breaks: 'nothing',
  file: 'test/explore/fixtures/lfstack.ts',
  find: 'if (old === 0) return 0;',
  replace: 'if (old === 0) return 0x5eed;',
};

describe('a mutant', () => {
  it('changes its file and nothing else', async () => {
    const [original, mutated] = [await generateFixtures(), await generateFixtures(mutant)];
    expect(mutated.plain.code.replace('return 24301;', 'return 0;').replace('return 0x5eed;', 'return 0;')).toBe(original.plain.code);
    expect(mutated.plain.code).not.toBe(original.plain.code);
  });

  it('may contain what a replacement pattern would expand', () => {
    const text = [...plant({ ...mutant, replace: '$& $1' }, ROOT).values()][0];
    expect(text).toContain('$& $1');
  });

  it('must stand exactly once in its file', () => {
    expect(() => plant({ ...mutant, find: 'no such text' }, ROOT)).toThrow('0 times');
    expect(() => plant({ ...mutant, find: 'Atomics.load(m, head)' }, ROOT)).toThrow('2 times');
  });

  it('needs the sources', () => {
    expect(() => plant({ ...mutant, file: 'src/absent.ts' }, ROOT)).toThrow(UsageError);
  });

  it('that breaks a convention is an error at its place', async () => {
    await expect(generateFixtures({ ...mutant, replace: 'if (old === 0) return m as never;' })).rejects.toThrow(/lfstack\.ts:18:\d+: m is aliased/);
  });
});
