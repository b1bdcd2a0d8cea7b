/**
 * Two laws of scaling, fitted to a measurement: Amdahl's, and the Universal Scalability Law.
 *
 *     Amdahl  S(n) = n / (1 + s (n - 1))
 *     USL     S(n) = n / (1 + a (n - 1) + b n (n - 1))
 *
 * s and a are the share of the work that is serial (contention), b the cost of keeping each pair of threads
 * coherent. Both are linear in n / S(n) - 1, so each fit is a least-squares fit without
 * constant term. s and a are shares, from 0 to 1, and b is not negative: a parameter beyond its bounds is put to the nearest
 * bound, and the other is fitted to the rest. So Amdahl's law can't follow times that get longer with more threads.
 *
 * Sources: G. Amdahl, AFIPS 1967; N. Gunther, "A General Theory of Computational Scalability Based on
 * Rational Functions", 2008.
 */

/** A measured speedup over one thread. */
export interface Speedup {
  readonly procs: number;
  readonly speedup: number;
}

export interface ScalingFit {
  readonly law: 'Amdahl' | 'USL';
  /** The serial share: s, or a. */
  readonly contention: number;
  /** b; 0 in Amdahl's law. */
  readonly coherence: number;
  /** The number of threads with the largest speedup; infinite if more threads never slow it down. */
  readonly best: number;
  /** The largest speedup for any number of threads; infinite if nothing limits it. */
  readonly limit: number;
}

/** Returns the speedup that a fit gives for `procs` threads. */
export function speedupOf({ contention, coherence }: Pick<ScalingFit, 'contention' | 'coherence'>, procs: number): number {
  return procs / (1 + contention * (procs - 1) + coherence * procs * (procs - 1));
}

/** The laws by name, each with its number of parameters. */
export const LAWS = {
  Amdahl: { fit: fitAmdahl, parameters: 1 },
  USL: { fit: fitUsl, parameters: 2 },
} as const satisfies Readonly<Record<ScalingFit['law'], { readonly fit: (points: readonly Speedup[]) => ScalingFit | undefined; readonly parameters: number }>>;

/** Returns Amdahl's law fitted to `points`; undefined without a point of more than one thread. */
export function fitAmdahl(points: readonly Speedup[]): ScalingFit | undefined {
  const rows = rowsOf(points);
  if (rows.length === 0) return undefined;
  return fitOf('Amdahl', share(alone(rows, 'x')), 0);
}

/** Returns the Universal Scalability Law fitted to `points`; undefined unless at least two have more than one thread, with different numbers. */
export function fitUsl(points: readonly Speedup[]): ScalingFit | undefined {
  const rows = rowsOf(points);
  if (new Set(rows.map(({ x }) => x)).size < 2) return undefined;
  let [xx, xz, zz, xy, zy] = [0, 0, 0, 0, 0];
  for (const { x, z, y } of rows) {
    xx += x * x;
    xz += x * z;
    zz += z * z;
    xy += x * y;
    zy += z * y;
  }
  const determinant = xx * zz - xz * xz;
  const contention = (xy * zz - zy * xz) / determinant;
  const coherence = (zy * xx - xy * xz) / determinant;
  if (coherence < 0) return fitOf('USL', share(alone(rows, 'x')), 0);
  if (contention !== share(contention)) {
    const bound = share(contention);
    return fitOf('USL', bound, Math.max(0, alone(rows.map(({ x, z, y }) => ({ x, z, y: y - bound * x })), 'z')));
  }
  return fitOf('USL', contention, coherence);
}

interface Row {
  /** n - 1 */
  readonly x: number;
  /** n (n - 1) */
  readonly z: number;
  /** n / S(n) - 1 */
  readonly y: number;
}

function rowsOf(points: readonly Speedup[]): Row[] {
  return points.filter(({ procs, speedup }) => procs > 1 && speedup > 0).map(({ procs: n, speedup }) => ({ x: n - 1, z: n * (n - 1), y: n / speedup - 1 }));
}

/** Returns the nearest share. */
function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Returns the factor of one term, fitted without the other. */
function alone(rows: readonly Row[], term: 'x' | 'z'): number {
  let [squares, products] = [0, 0];
  for (const row of rows) {
    squares += row[term] ** 2;
    products += row[term] * row.y;
  }
  return products / squares;
}

function fitOf(law: ScalingFit['law'], contention: number, coherence: number): ScalingFit {
  if (coherence === 0) return { law, contention, coherence, best: Infinity, limit: contention === 0 ? Infinity : 1 / contention };
  // The maximum of S over the real numbers; the best whole number is one of its neighbours.
  const peak = Math.max(1, Math.sqrt(Math.max(0, 1 - contention) / coherence));
  const speedup = (n: number) => speedupOf({ contention, coherence }, n);
  const best = speedup(Math.floor(peak)) >= speedup(Math.ceil(peak)) ? Math.floor(peak) : Math.ceil(peak);
  return { law, contention, coherence, best, limit: speedup(best) };
}
