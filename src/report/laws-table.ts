/** The fitted laws of scaling as a table and in sentences. */
import { formatCount, formatNumber, formatShare, plural } from '../base/units.ts';
import type { Bounds, Estimate, FittedLaw } from './scaling-laws.ts';
import { formatTable, type Column } from './table.ts';

/** Formats each figure of a law. */
const FORMATS: Readonly<Record<Estimate, (value: number) => string>> = {
  contention: (value) => `${formatNumber(value * 100)} %`,
  coherence: (value) => (value === 0 ? '0' : value.toExponential(1)),
  best: (value) => (Number.isFinite(value) ? formatCount(value) : 'no limit'),
  limit: (value) => (Number.isFinite(value) ? formatNumber(value) : 'no limit'),
};

/** A law with a larger error than this describes its points poorly. */
const POOR = 0.2;

const ROWS: readonly (readonly [head: string, name: Estimate])[] = [
  ['serial share', 'contention'], ['coherence', 'coherence'], ['best threads', 'best'], ['largest speedup', 'limit'],
];

/** Returns "3.21 %", or "3.21 % (2.90 – 3.60)" with its interval; "–" for a figure that the law lacks. */
export function formatEstimate(law: FittedLaw, name: Estimate): string {
  if (law.law === 'Amdahl' && (name === 'coherence' || name === 'best')) return '–';
  const bounds = law.intervals?.[name];
  const value = FORMATS[name](law[name]);
  return bounds === undefined || bounds.low === Infinity ? value : `${value} (${formatBounds(bounds, FORMATS[name])})`;
}

function formatBounds({ low, high }: Bounds, format: (value: number) => string): string {
  return [low, high].map((bound) => format(bound).replace(/ %$/, '')).join(' – ');
}

/** Returns "3.21 %", how far the law is from the points that it is fitted to. */
export function formatError({ error }: FittedLaw): string {
  return `${formatNumber(error * 100)} %`;
}

/** Returns the head and a row for each figure of the laws, which are columns; nothing without laws. */
export function formatLaws(laws: readonly FittedLaw[], width?: number): string[] {
  if (laws.length === 0) return [];
  const columns: Column[] = [{ head: 'fitted law', align: 'left' }, ...laws.map(({ law }) => ({ head: law, align: 'right' as const }))];
  return formatTable(columns, [
    ...ROWS.map(([head, name]) => [head, ...laws.map((law) => formatEstimate(law, name))]),
    ['largest error', ...laws.map(formatError)],
  ], width);
}

/** Returns a sentence on the best number of threads, and one on how far to trust it. None if no speedup is certain. */
export function explainLaws(laws: readonly FittedLaw[]): string[] {
  const law = laws.find((each) => each.law === 'USL') ?? laws[0];
  if (law === undefined || (law.intervals?.limit.low ?? Infinity) <= 1) return [];
  const by = law.law === 'USL' ? 'By the Universal Scalability Law' : "By Amdahl's law";
  return [`${by} ${bestBy(law)}.`, ...doubtsOf(law)];
}

function bestBy(law: FittedLaw): string {
  if (!Number.isFinite(law.limit)) return 'more threads are always faster: nothing here is serial';
  const fast = `${formatEstimate(law, 'limit')} times as fast as one`;
  if (!Number.isFinite(law.best)) return `more threads are always faster, and at most ${fast}`;
  return law.best === 1 ? 'one thread is best' : `${formatEstimate(law, 'best')} threads are best: ${fast}`;
}

function doubtsOf({ error, best, upTo, law }: FittedLaw): string[] {
  if (error > POOR) return [`But the law is off by ${formatShare(error)} at one of the points it was fitted to.`];
  return law === 'USL' && Number.isFinite(best) && best > upTo ? [`The fit has times of up to ${plural(upTo, 'thread')}; the rest is extrapolated.`] : [];
}
