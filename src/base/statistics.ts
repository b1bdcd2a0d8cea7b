/**
 * Statistics as in benchstat: the median, and its confidence interval by order statistics. They
 * assume no distribution and remove no outliers.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** The actual confidence, at least the requested one. */
  readonly confidence: number;
}

/** Returns the median of `sample`, which is not empty, in any order. */
export function median(sample: readonly number[]): number {
  const sorted = ascending(sample);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Returns the interval that contains the median of the population with at least the given
 * confidence. A bound is infinite if the sample is too small: 95 % needs six values.
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
 * Returns the ranks, from 1, of the two values that bound the median of `n`. The number of values
 * below the true median is binomial. The interval takes the likeliest numbers until they make up
 * the confidence, the lower of two equally likely ones first, as go-moremath's QuantileCI does.
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
