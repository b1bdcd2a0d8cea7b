/**
 * The Mann-Whitney U test, which benchstat uses too. It compares ranks, so it assumes nothing about the distributions.
 *
 * 1. Rank all values of both samples together. Equal values share the mean of their ranks.
 * 2. U is the rank sum of the first sample less its least possible value.
 * 3. p is the share of all orders whose U is at least as far from the middle: counted exactly for small samples without
 *    ties, else by the normal approximation.
 */

export interface UTest {
  /** Pairs whose value from the first sample is the larger. A tie counts as half a pair. */
  readonly u: number;
  /** The two-sided probability of samples at least so far apart if both have one distribution. */
  readonly p: number;
  /** True if p was counted, false if it was approximated. */
  readonly exact: boolean;
}

/** The largest sample with an exact p. The normal approximation is as good for larger ones. */
const EXACT_MAX = 50;

/**
 * Compares two samples. p is exact for samples of at most EXACT_MAX values without ties. Otherwise it is the normal
 * approximation, corrected for ties and for continuity.
 * @throws RangeError for an empty sample
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): UTest {
  if (a.length === 0 || b.length === 0) throw new RangeError('a U test needs two samples');
  const { rankSum, tieTerm } = rank(a, b);
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  if (tieTerm === 0 && a.length <= EXACT_MAX && b.length <= EXACT_MAX) return { u, p: exactP(u, a.length, b.length), exact: true };
  return { u, p: normalP(u, a.length, b.length, tieTerm), exact: false };
}

/** Returns the rank sum of the first sample, and Σ(t³ - t) over groups of t equal values. */
function rank(a: readonly number[], b: readonly number[]): { rankSum: number; tieTerm: number } {
  const all = [...a.map((value) => ({ value, first: 1 })), ...b.map((value) => ({ value, first: 0 }))].sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let tieTerm = 0;
  for (let from = 0, to = 0; from < all.length; from = to) {
    let ofFirst = 0;
    while (to < all.length && all[to].value === all[from].value) ofFirst += all[to++].first;
    // Equal values share the mean of their ranks, from + 1 to `to`.
    rankSum += (ofFirst * (from + 1 + to)) / 2;
    tieTerm += (to - from) ** 3 - (to - from);
  }
  return { rankSum, tieTerm };
}

function exactP(u: number, n1: number, n2: number): number {
  const orders = ordersByU(n1, n2);
  const smaller = Math.min(u, n1 * n2 - u);
  let all = 0;
  let extreme = 0;
  for (let i = 0; i < orders.length; i++) {
    all += orders[i];
    if (i <= smaller) extreme += orders[i];
  }
  return Math.min(1, (2 * extreme) / all);
}

/**
 * Returns the number of orders of n1 and n2 distinct values with U = 0, 1, …, n1·n2: the coefficients of
 * the Gaussian binomial, Π (1 - x^(n2+i)) / (1 - x^i) for i from 1 to n1.
 */
function ordersByU(n1: number, n2: number): Float64Array {
  const most = n1 * n2;
  const orders = new Float64Array(most + 1);
  orders[0] = 1;
  for (let i = 1; i <= n1; i++) {
    for (let u = most; u >= n2 + i; u--) orders[u] -= orders[u - n2 - i];
    for (let u = i; u <= most; u++) orders[u] += orders[u - i];
  }
  return orders;
}

function normalP(u: number, n1: number, n2: number, tieTerm: number): number {
  const n = n1 + n2;
  const variance = ((n1 * n2) / 12) * (n + 1 - tieTerm / (n * (n - 1)));
  // All values are equal.
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5);
  return Math.min(1, erfc(distance / Math.sqrt(2 * variance)));
}

/** Returns 1 - erf(x) for x >= 0, by its power series for small x, else by its continued fraction. */
function erfc(x: number): number {
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
