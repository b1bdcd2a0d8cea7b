/** What `scenario` returns, and the types that it gives. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { placeOfScenario, scenario } from '../../src/explore-api/scenario.ts';

const SETUP = () => new Int32Array(new SharedArrayBuffer(8));

describe('scenario', () => {
  it('returns its definition', () => {
    const definition = { setup: SETUP, threads: [] };
    expect(scenario(definition)).toBe(definition);
    expect(placeOfScenario(definition)).toBeUndefined();
  });

  it('remembers the module of import.meta, and shows it to nobody', () => {
    const made = scenario(import.meta, { setup: SETUP, threads: [] });
    expect(placeOfScenario(made)).toMatchObject({ file: import.meta.filename, line: 15, column: 18 });
    expect(Reflect.ownKeys({ ...made })).toEqual(['setup', 'threads']);
  });

  it('gives types to the state and the results of a list', () => {
    scenario({
      setup: SETUP,
      threads: [(state) => state[0], () => 'text'],
      check(state, [number, text]) {
        expectTypeOf(state).toEqualTypeOf<Int32Array<SharedArrayBuffer>>();
        expectTypeOf(number).toEqualTypeOf<number>();
        expectTypeOf(text).toEqualTypeOf<string>();
      },
    });
  });

  it('gives types to the results by name', () => {
    scenario({
      setup: SETUP,
      threads: { reader: (state) => state[0], writer() {} },
      check(_, { reader, writer }) {
        expectTypeOf(reader).toEqualTypeOf<number>();
        expectTypeOf(writer).toEqualTypeOf<void>();
      },
    });
  });

  it('gives types to the model of a spec', () => {
    const made = scenario({
      setup: SETUP,
      operations: [[['push', 1]], [['pop']]],
      actions: { push: (state, value) => void (state[0] = value), pop: (state) => state[0] },
      spec: {
        init: (): number[] => [],
        push: (list, value) => void list.push(value),
        pop: (list) => list.pop() ?? 0,
        blocks(list, operation) {
          expectTypeOf(list).toEqualTypeOf<number[]>();
          return operation === 'pop' && list.length === 0;
        },
      },
    });
    expect(Object.keys(made.spec)).toEqual(['init', 'push', 'pop', 'blocks']);
  });
});
