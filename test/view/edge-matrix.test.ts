/** The matrix of protocol edges and scenarios, before it is drawn. */
import { describe, expect, it } from 'vitest';
import { ROW_FILTERS, matrixOf, strengthOf, type CellKind } from '../../src/view/edge-matrix.ts';

const EDGES = ['locks: slept', 'locks: taken: by spinning', 'sweeping: freed nothing', 'channels: let go'];
const matrix = matrixOf({
  edges: EDGES,
  scenarios: [
    { scenario: 'a', possible: [0, 1, 2], passed: { edge: [0], times: [9], firstSeconds: [2] } },
    { scenario: 'b', possible: [1, 2], passed: { edge: [1, 2], times: [0, 99], firstSeconds: [1, 3] } },
  ],
});

function kinds({ rows }: typeof matrix): Record<string, CellKind[]> {
  return Object.fromEntries(rows.map(({ name, cells }) => [name, cells.map(({ kind }) => kind)]));
}

describe('the matrix of edges', () => {
  it('tells edges that were passed from those that never were, and from those out of reach', () => {
    expect(kinds(matrix)).toEqual({
      slept: ['passed', 'impossible'],
      'taken: by spinning': ['never', 'passed'],
      'freed nothing': ['never', 'passed'],
    });
    expect(matrix.impossible).toBe(1);
    expect(matrix.rows.map(({ protocol, passedBy, possibleIn, times }) => [protocol, passedBy, possibleIn, times])).toEqual([['locks', 1, 1, 9], ['locks', 1, 2, 0], ['sweeping', 1, 2, 99]]);
  });

  it('counts an edge as passed although the source does not show how', () => {
    const { rows } = matrixOf({ edges: EDGES, scenarios: [{ scenario: 'a', possible: [], passed: { edge: [3], times: [1], firstSeconds: [0] } }] });
    expect(rows.map(({ name, cells }) => [name, cells[0].kind])).toEqual([['let go', 'passed']]);
  });

  it('keeps every edge of a scenario whose reach is not known', () => {
    const unknown = matrixOf({ edges: EDGES, scenarios: [{ scenario: 'mine.ts', possible: null, passed: { edge: [2], times: [1], firstSeconds: [0] } }] });
    expect(Object.values(kinds(unknown)).flat()).toEqual(['unknown', 'unknown', 'passed', 'unknown']);
    expect(unknown.impossible).toBe(0);
  });

  it('shows all edges, those that a scenario missed, or those that nothing passed', () => {
    const names = (filter: keyof typeof ROW_FILTERS) => matrix.rows.filter(ROW_FILTERS[filter].shows).map(({ name }) => name);
    expect(names('all')).toHaveLength(3);
    expect(names('missed')).toEqual(['taken: by spinning', 'freed nothing']);
    expect(names('never')).toEqual([]);
  });

  it('has colours by the logarithm of the passes', () => {
    const strength = (times: number) => strengthOf({ kind: 'passed', times }, matrix);
    expect([strength(0), strength(9), strength(99)]).toEqual([0, 0.5, 1]);
  });
});
