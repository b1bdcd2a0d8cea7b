/**
 * The columns of `sweepgen scale`: those here and the figures of mark-figures.ts. An entry gives the column of the
 * table, the field of a result in JSON (with `inJson`), the column of CSV (with `inCsv`) and the row of docs/reference/scale.md.
 */
import type { Figure, Unit } from '../base/figure.ts';
import { formatCount, formatNumber } from '../base/units.ts';
import { MARK_FIGURES, type MarkFigure, type MarkFigureName } from './mark-figures.ts';
import { hasInterval } from './scale-intervals.ts';
import type { ScalePhase, ScaleResult } from './scaling.ts';
import { speedupCell, speedupHead, type Chart } from './speedup-bar.ts';

/** The table that a cell is part of. */
export interface TableContext {
  /** The first row, over which speedups are. */
  readonly first: ScaleResult;
  readonly last: ScaleResult;
  readonly cores: number;
  /** Some row has more threads than cores. */
  readonly isStarred: boolean;
  /** Formats a time in ns in the unit of the whole column. */
  readonly time: (ns: number) => string;
  /** Draws speedups as bars, too, if not undefined. */
  readonly chart: Chart | undefined;
}

export interface ScaleColumn extends Figure {
  readonly unit: Exclude<Unit, 'flag'>;
  /** The phases whose table has the column; all of them if left out. */
  readonly phases?: readonly ScalePhase[];
  /** The heading in the table of a phase. Without one the table leaves the column out. */
  readonly head?: (phase: ScalePhase, chart?: Chart) => string;
  readonly cell: (result: ScaleResult, table: TableContext) => string;
  /** The figure for JSON and CSV; undefined if a result lacks it. */
  readonly value?: (result: ScaleResult, first: ScaleResult) => number | undefined;
  /** Whether a result in JSON has a field of this name, beside those that ScaleDocument declares. */
  readonly inJson?: boolean;
  /** Whether --csv has a column of this name. */
  readonly inCsv?: boolean;
}

const COMMON: Readonly<Record<string, ScaleColumn>> = {
  threads: {
    unit: 'count', about: 'number of marking threads; a star marks more threads than cores', head: () => 'threads',
    cell: ({ procs }, { cores, isStarred }) => formatCount(procs) + (procs > cores ? '*' : isStarred ? ' ' : ''),
  },
  time: {
    unit: 'ns', head: (phase) => `${phase} time`, cell: ({ medianNs }, { time }) => time(medianNs),
    about: 'median of the runs; the heading names the phase. A mark lasts from the end of the sweep in the stopped world until the collecting thread finds no more work, as in gctrace',
  },
  interval: {
    unit: 'ns', about: 'of the median; needs 6 runs', head: () => '95 % interval',
    cell: (result, { time }) => (hasInterval(result) ? [result.interval.low, result.interval.high].map((ns) => time(ns).split(' ')[0]).join(' – ') : '–'),
  },
  speedup: {
    unit: 'number', about: 'over the first row; in a terminal with a bar, whose dots reach to the ideal speedup', head: (_, chart) => speedupHead(chart),
    cell: ({ procs, medianNs }, { first, last, chart }) => speedupCell(first.medianNs / medianNs, procs / first.procs, last.procs / first.procs, chart),
  },
  nsPerObject: {
    unit: 'number', phases: ['mark', 'alloc', 'cycle'], head: () => 'ns/object', ...number(({ medianNs, objects }) => medianNs / objects),
    about: 'median time over objects: wall-clock time, not the time of a thread',
  },
};

const AFTER_MARK: Readonly<Record<string, ScaleColumn>> = {
  gbPerSecond: {
    unit: 'number', phases: ['sweep'], head: () => 'GB/s', ...number(({ bytes, medianNs }) => bytes / medianNs),
    about: 'bytes of swept spans over the median time',
  },
  gbPerSecondAndThread: {
    unit: 'number', phases: ['sweep'], head: () => 'GB/s a thread', ...number(({ bytes, medianNs, procs }) => bytes / medianNs / procs),
    about: 'the same, over the number of threads',
  },
  millionsPerSecond: {
    unit: 'number', phases: ['alloc'], head: () => 'M objects/s', ...number(({ objects, medianNs }) => (objects / medianNs) * 1000),
    about: 'millions of objects allocated in a second',
  },
};

function number(value: (result: ScaleResult) => number): Pick<ScaleColumn, 'value' | 'cell'> {
  return { value, cell: (result) => formatNumber(value(result)) };
}

function columnOfMark(name: MarkFigureName): ScaleColumn {
  const { unit, about, inCsv, head, format }: MarkFigure = MARK_FIGURES[name];
  return {
    unit, about, inCsv, phases: ['mark'], head: head === undefined ? undefined : () => head,
    value: ({ mark }) => mark?.[name],
    cell: ({ mark }) => (mark === undefined ? '–' : format(mark[name])),
  };
}

/** All columns by name, from left to right. */
export const SCALE_COLUMNS: Readonly<Record<string, ScaleColumn>> = {
  ...COMMON,
  ...Object.fromEntries(Object.keys(MARK_FIGURES).map((name) => [name, columnOfMark(name as MarkFigureName)])),
  ...AFTER_MARK,
};

/** The columns that are fields of a result in JSON, beside those that ScaleDocument declares. */
export const JSON_COLUMNS = Object.entries(SCALE_COLUMNS).filter(([, { inJson }]) => inJson);
/** The columns that --csv adds after those of a run. */
export const CSV_COLUMNS = Object.entries(SCALE_COLUMNS).filter(([, { inCsv }]) => inCsv);
