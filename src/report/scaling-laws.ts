/**
 * The laws of scaling (scaling-fit.ts), fitted to the times of a measurement or a prediction, with 95 % intervals.
 *
 *   1. Speedups are medians over the median of one thread. Without times of one thread there is no law.
 *   2. Measured times scatter. Each resample draws as many runs as there are of each number of threads, with
 *      replacement, and both laws are fitted to its medians.
 *   3. A prediction has one time for each number of threads and no scatter, but no law holds exactly. So the
 *      relative differences between points and law give a spread, and each resample scatters the law's own speedups
 *      normally by it. Few points give the spread only roughly: each resample draws the spread, too, from its distribution.
 *   4. The interval of a parameter is that between the 2.5th and the 97.5th percentile of its resamples.
 *
 * The resamples are drawn from one seed, so the same times give the same intervals. An interval says how well the points
 * determine the law, and not how well the law holds beyond them.
 *
 * Sources: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 (step 3), 8 and 13; the
 * distribution of the spread, scaled inverse chi-square: A. Gelman et al., "Bayesian Data Analysis", 2013, chapter 14.
 */
import { seedState, xorshift32 } from '../base/random.ts';
import { median } from '../base/statistics.ts';
import { LAWS, speedupOf, type ScalingFit, type Speedup } from './scaling-fit.ts';

/** The times with one number of threads. */
export interface TimedRuns {
  readonly procs: number;
  /** The time of each run; a prediction has one. */
  readonly ns: readonly number[];
}

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The figures of a fit that have an interval. */
export const ESTIMATES = ['contention', 'coherence', 'best', 'limit'] as const;
export type Estimate = (typeof ESTIMATES)[number];

export interface FittedLaw extends ScalingFit {
  /** 95 % intervals; undefined for fewer than 6 runs with some number of threads, or too few points of a prediction. */
  readonly intervals: Readonly<Record<Estimate, Bounds>> | undefined;
  /** The largest relative difference of a point's speedup from that of the law: 0.1 if the law is off by 10 %. */
  readonly error: number;
  /** The largest number of threads that it is fitted to. */
  readonly upTo: number;
}

const RESAMPLES = 1000;
const SEED = 1967;
/** The least number of runs for an interval of 95 %, as for a median. */
const LEAST_RUNS = 6;
/** The least number of points beyond the parameters of a law for an interval by residuals. */
const SPARE_POINTS = 2;

/**
 * Returns the laws that `results` determine: Amdahl's with one number of threads beyond one, the USL from two on.
 * @param cores numbers of threads beyond that are left out: they measure time slicing
 */
export function lawsOf(results: readonly TimedRuns[], cores = Infinity): FittedLaw[] {
  const runs = results.filter(({ procs, ns }) => procs <= cores && ns.every((time) => time > 0));
  const points = speedupsOf(runs);
  if (points === undefined) return [];
  return Object.values(LAWS).flatMap(({ fit: fitTo, parameters }) => {
    const fit = fitTo(points);
    if (fit === undefined) return [];
    const resample = resamplerOf(runs, points, fit, parameters);
    return [{ ...fit, intervals: resample && intervalsOf(resample, fitTo), error: errorOf(points, fit), upTo: Math.max(...points.map(({ procs }) => procs)) }];
  });
}

/** Returns the speedups over one thread; undefined without times of one thread. */
function speedupsOf(runs: readonly TimedRuns[]): Speedup[] | undefined {
  const one = runs.find(({ procs }) => procs === 1);
  if (one === undefined) return undefined;
  const oneNs = median(one.ns);
  return runs.map(({ procs, ns }) => ({ procs, speedup: oneNs / median(ns) }));
}

/** Draws points as another measurement might have given them. */
type Resampler = (random: Random) => readonly Speedup[];
/** Returns the next random number from 0 up to, but without, 1. */
type Random = () => number;

function resamplerOf(runs: readonly TimedRuns[], points: readonly Speedup[], fit: ScalingFit, parameters: number): Resampler | undefined {
  if (runs.every(({ ns }) => ns.length >= LEAST_RUNS)) {
    return (random) => speedupsOf(runs.map(({ procs, ns }) => ({ procs, ns: ns.map(() => ns[Math.floor(random() * ns.length)]) })))!;
  }
  const many = points.filter(({ procs }) => procs > 1);
  const freedom = many.length - parameters;
  if (runs.some(({ ns }) => ns.length > 1) || freedom < SPARE_POINTS) return undefined;
  const squares = many.reduce((sum, { procs, speedup }) => sum + (speedup / speedupOf(fit, procs) - 1) ** 2, 0);
  return (random) => {
    const chiSquare = Array.from({ length: freedom }, () => normal(random) ** 2).reduce((sum, square) => sum + square);
    const spread = Math.sqrt(squares / chiSquare);
    return many.map(({ procs }) => ({ procs, speedup: speedupOf(fit, procs) * Math.exp(spread * normal(random)) }));
  };
}

/** Draws from the standard normal distribution, by the transformation of Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function intervalsOf(resample: Resampler, fitTo: (points: readonly Speedup[]) => ScalingFit | undefined): Record<Estimate, Bounds> {
  let state = seedState(SEED);
  const random: Random = () => {
    state = xorshift32(state);
    return state / 2 ** 32;
  };
  const fits = Array.from({ length: RESAMPLES }, () => fitTo(resample(random))!);
  return Object.fromEntries(ESTIMATES.map((name) => [name, middleOf(fits.map((fit) => fit[name]))])) as Record<Estimate, Bounds>;
}

/** Returns the bounds of the middle 95 % of `values`, some of which may be infinite. */
function middleOf(values: readonly number[]): Bounds {
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length * 0.025);
  return { low: sorted[cut], high: sorted[sorted.length - 1 - cut] };
}

function errorOf(points: readonly Speedup[], fit: ScalingFit): number {
  return Math.max(...points.map(({ procs, speedup }) => Math.abs(speedupOf(fit, procs) / speedup - 1)));
}
