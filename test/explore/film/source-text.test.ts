/** The text of the source that a player shows. */
import { describe, expect, it } from 'vitest';
import { sourceText } from '../../../src/explore/film/source-text.ts';

const TEXT = `import { x } from './x.ts';

/** Adds. */
export function add(m: Mem): void {
  m[0]++;

  m[1]++;
}

function other(): void {
  done();
}
`;

function textOf(text: string, lines: readonly number[], original = text) {
  return sourceText(new Map([['a.ts', new Set(lines)]]), () => text, () => original)[0];
}

describe('the text of the source', () => {
  it('is the functions that contain the lines, whole, with their comments', () => {
    expect(textOf(TEXT, [7, 5])).toEqual({ name: 'a.ts', planted: null, blocks: [{ line: 3, lines: TEXT.split('\n').slice(2, 8) }] });
    expect(textOf(TEXT, [11, 1]).blocks.map(({ line }) => line)).toEqual([1, 10]);
  });

  it('is none of a file that is not there, and of lines beyond its end', () => {
    expect(sourceText(new Map([['none.ts', new Set([1])]]), () => undefined)).toEqual([{ name: 'none.ts', blocks: [], planted: null }]);
    expect(textOf(TEXT, [99]).blocks).toEqual([]);
  });

  it('is cut to the surroundings of the lines in a long function, and in a long line', () => {
    const long = `function f() {\n${'  x();\n'.repeat(1000)}}\n`;
    const { blocks } = textOf(long, [500, 520, 900]);
    expect(blocks.map(({ line, lines }) => [line, line + lines.length - 1])).toEqual([[460, 560], [860, 940]]);
    expect(textOf(`f('${'x'.repeat(1e6)}');\n`, [1]).blocks[0].lines[0]).toMatch(/^f\('x{400,496}…$/);
  });

  it('is the mutated text, with the lines that are changed', () => {
    const { blocks, planted } = textOf(TEXT.replace('  m[1]++;\n', '  m[1]++;\n  m[2]++;\n  m[3]++;\n'), [5], TEXT);
    expect(planted).toEqual([8, 9]);
    expect(blocks[0].lines).toContain('  m[3]++;');
    expect(textOf(TEXT.replace('  m[1]++;\n', ''), [11], TEXT).planted).toEqual([7, 7]);
  });
});
