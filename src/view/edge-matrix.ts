/** The matrix of a campaign: which scenario passed which protocol edge, and which it could have passed. */
import type { Campaign } from '../report/campaign.ts';

/** What is known of a scenario and an edge: `unknown` if the scenario did not pass it and nobody knows whether it could. */
export type CellKind = 'passed' | 'never' | 'impossible' | 'unknown';

export interface Cell {
  readonly kind: CellKind;
  /** Passes; 0 if they were not counted. */
  readonly times: number;
  /** Undefined unless it was passed. */
  readonly firstSeconds?: number;
}

/** A row of the matrix. */
export interface EdgeRow {
  readonly protocol: string;
  /** The edge's name without its protocol. */
  readonly name: string;
  /** A cell for each scenario. */
  readonly cells: readonly Cell[];
  /** Numbers of scenarios. */
  readonly passedBy: number;
  readonly possibleIn: number;
  readonly times: number;
}

export interface Matrix {
  readonly scenarios: readonly string[];
  /** Edges that a scenario could pass, or might. */
  readonly rows: readonly EdgeRow[];
  /** Edges that no scenario of the campaign could pass. */
  readonly impossible: number;
  readonly mostTimes: number;
}

const IMPOSSIBLE: Cell = { kind: 'impossible', times: 0 };
const NEVER: Cell = { kind: 'never', times: 0 };
const UNKNOWN: Cell = { kind: 'unknown', times: 0 };

export function matrixOf({ edges, scenarios }: Pick<Campaign, 'edges' | 'scenarios'>): Matrix {
  const columns = scenarios.map(({ possible, passed }) => {
    const cells: Cell[] = edges.map(() => (possible === null ? UNKNOWN : IMPOSSIBLE));
    for (const edge of possible ?? []) cells[edge] = NEVER;
    passed.edge.forEach((edge, i) => (cells[edge] = { kind: 'passed', times: passed.times[i], firstSeconds: passed.firstSeconds[i] }));
    return cells;
  });
  const rows = edges.map((edge, i) => rowOf(edge, columns.map((cells) => cells[i])));
  const reachable = rows.filter(({ cells }) => cells.some(({ kind }) => kind !== 'impossible'));
  return {
    scenarios: scenarios.map(({ scenario }) => scenario),
    rows: reachable,
    impossible: rows.length - reachable.length,
    mostTimes: Math.max(1, ...rows.flatMap(({ cells }) => cells.map(({ times }) => times))),
  };
}

function rowOf(edge: string, cells: readonly Cell[]): EdgeRow {
  const [protocol, ...name] = edge.split(': ');
  return {
    protocol,
    name: name.join(': '),
    cells,
    passedBy: cells.filter(({ kind }) => kind === 'passed').length,
    possibleIn: cells.filter(({ kind }) => kind !== 'impossible').length,
    times: cells.reduce((sum, { times }) => sum + times, 0),
  };
}

/** Which rows are shown. */
export const ROW_FILTERS = {
  all: { name: 'all edges', shows: () => true },
  missed: { name: 'edges that a scenario missed', shows: ({ passedBy, possibleIn }: EdgeRow) => passedBy < possibleIn },
  never: { name: 'edges that nothing passed', shows: ({ passedBy }: EdgeRow) => passedBy === 0 },
} as const;
export type RowFilter = keyof typeof ROW_FILTERS;

/** Returns the strength of a cell's colour, from 0 to 1, by the logarithm of its passes. */
export function strengthOf({ times }: Cell, { mostTimes }: Matrix): number {
  return mostTimes <= 1 ? 1 : Math.log1p(times) / Math.log1p(mostTimes);
}
