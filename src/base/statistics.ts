/**
 * Statistics as benchstat's: the median, and the confidence interval of the median by order
 * statistics. Nothing is assumed of the distribution, and no outlier is removed.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** What it really has, at least what was asked for. */
  readonly confidence: number;
}

/** @param sample not empty, in any order */
export function median(sample: readonly number[]): number {
  const sorted = ascending(sample);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Where the median of all conceivable runs lies, with at least this confidence. A bound is
 * infinite when the sample is too small for one: 95 % needs six.
 */
export function medianInterval(sample: readonly number[], confidence = 0.95): Interval {
  const sorted = ascending(sample);
  const ranks = medianRanks(sorted.length, confidence);
  return {
    low: ranks.low < 1 ? -Infinity : sorted[ranks.low - 1],
    high: ranks.high > sorted.length ? Infinity : sorted[ranks.high - 1],
    confidence: ranks.confidence,
  };
}

/**
 * The ranks (from 1) of the two values that bound the median of `n`. How many values lie
 * below the true median is binomial; the likeliest counts are taken until they make up the
 * confidence, the lower of two equally likely ones first, as in go-moremath's QuantileCI.
 */
export function medianRanks(n: number, confidence: number): Interval {
  let low = Math.ceil((n + 1) / 2) - 1;
  let high = low + 1;
  let sum = coinFlips(n, low);
  while (sum < confidence && (low > 0 || high <= n)) {
    const below = coinFlips(n, low - 1);
    const above = coinFlips(n, high);
    // Equal but for rounding is equal.
    if (below >= above * (1 - 1e-9)) {
      sum += below;
      low--;
    } else {
      sum += above;
      high++;
    }
  }
  return { low, high, confidence: Math.min(1, sum) };
}

/** The probability of exactly k heads in n flips of a coin. */
function coinFlips(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  let log = -n * Math.LN2;
  for (let i = 1; i <= Math.min(k, n - k); i++) log += Math.log((n - i + 1) / i);
  return Math.exp(log);
}

function ascending(sample: readonly number[]): Float64Array {
  if (sample.length === 0) throw new RangeError('statistics of an empty sample');
  return Float64Array.from(sample).sort();
}
