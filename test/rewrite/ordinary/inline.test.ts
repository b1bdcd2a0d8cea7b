/** Scenarios inside a test, and the modules that are made of them. */
import { describe, expect, it } from 'vitest';
import { inlineScenarios, moduleOfInline } from '../../../src/rewrite/ordinary/inline.ts';

const TEST = `import { test } from 'vitest';
import { explore, scenario } from 'sweepgen/explore';
import { Queue, type Options } from './queue.ts';

const SIZE: number = 2; // kept, for make needs it
const unused = test.name;
function make(options: Options): Queue { return new Queue(SIZE, options); }
enum Kind { a, b }

const first = scenario(import.meta, { setup: () => make({}), threads: [(q) => q.push(Kind.a)] });
test('the first', () => explore(first));
test('the second', async () => {
  await explore(
    scenario(import.meta, {
      setup: () => { const test = 1; return { SIZE: test }; },
      threads: [],
    }),
  );
});
export default scenario(import.meta, { setup() {}, threads: [] });
`;

const compact = (text: string) => text.split('\n').map((line) => line.trim());

describe('the scenarios inside a module', () => {
  it('are its calls of scenario with import.meta', () => {
    expect(inlineScenarios(TEST, 'a.test.ts')).toEqual([
      { line: 10, column: 15, lastLine: 10, isDefault: false },
      { line: 14, column: 5, lastLine: 17, isDefault: false },
      { line: 20, column: 16, lastLine: 20, isDefault: true },
    ]);
  });

  it('are found under another name, and nothing else is', () => {
    const text = "import { scenario as make } from 'sweepgen/explore';\nimport { scenario } from './mine.js';\nmake(import.meta, {});\nscenario(import.meta, {});\nmake({});\n";
    expect(inlineScenarios(text, 'a.js').map(({ line }) => line)).toEqual([3]);
  });
});

describe('the module of a scenario inside another', () => {
  it('has what the scenario needs, on the lines where it was', () => {
    expect(compact(moduleOfInline(TEST, 'a.test.ts', 1))).toEqual([
      '',
      "import { explore, scenario } from 'sweepgen/explore';",
      "import { Queue, type Options } from './queue.ts';",
      '',
      'const SIZE: number = 2;',
      '',
      'function make(options: Options): Queue { return new Queue(SIZE, options); }',
      'enum Kind { a, b }',
      '',
      'export default scenario(import.meta, { setup: () => make({}), threads: [(q) => q.push(Kind.a)] });',
      ...Array.from({ length: 11 }, () => ''),
    ]);
  });

  it('has nothing that only shares a name with what the scenario declares itself', () => {
    const text = moduleOfInline(TEST, 'a.test.ts', 2);
    expect(text).not.toContain('vitest');
    expect(text).not.toContain('./queue.ts');
    expect(text).not.toContain('const SIZE');
  });

  it.each([
    ['a variable of the function around it', "test('x', () => {\n  const size = 3;\n  scenario(import.meta, { setup: () => size });\n});", 'a.test.ts:4:40: the scenario uses size, which is declared in what surrounds it'],
    ['itself', 'const mine = scenario(import.meta, { setup: () => mine });', 'the scenario uses mine, which is declared in what surrounds it'],
    ['the test runner', 'scenario(import.meta, { check: () => { expect(1).toBe(1); } });', 'the scenario uses expect of vitest, which can\'t run inside a scenario'],
    ['the test runner, in a function that it calls', 'function judge() { expect(1).toBe(1); }\nscenario(import.meta, { check: judge });', 'the scenario uses expect of vitest'],
  ])('is refused if the scenario uses %s', (_, body, message) => {
    const text = `import { expect, test } from 'vitest'; import { scenario } from 'sweepgen/explore';\n${body}\n`;
    expect(() => moduleOfInline(text, 'a.test.ts', 1)).toThrow(message);
  });

  it('is refused if there is no such scenario', () => {
    expect(() => moduleOfInline(TEST, 'a.test.ts', 4)).toThrow('it has no scenario(import.meta, …) number 4');
  });
});
