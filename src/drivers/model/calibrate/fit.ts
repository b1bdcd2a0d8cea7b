/** Least squares without negative results: nothing takes less than no time. */

/**
 * The x >= 0 for which the squares of (rows · x - values) / values are least: relative errors,
 * so that small values count as much as large ones. By coordinate descent on the normal
 * equations, which for a few unknowns takes no time.
 */
export function fitNonNegative(rows: readonly (readonly number[])[], values: readonly number[]): number[] {
  const n = rows[0].length;
  const scaled = rows.map((row, i) => row.map((each) => each / values[i]));
  const square = Array.from({ length: n }, (_, j) => Array.from({ length: n }, (_each, k) => sum(scaled, (row) => row[j] * row[k])));
  const right = Array.from({ length: n }, (_, j) => sum(scaled, (row) => row[j]));
  const x = right.map(() => 0);
  for (let round = 0; round < 20_000; round++) {
    for (let j = 0; j < n; j++) {
      if (square[j][j] === 0) continue;
      const others = square[j].reduce((total, each, k) => total + (k === j ? 0 : each * x[k]), 0);
      x[j] = Math.max(0, (right[j] - others) / square[j][j]);
    }
  }
  return x;
}

function sum<T>(list: readonly T[], value: (each: T) => number): number {
  return list.reduce((total, each) => total + value(each), 0);
}
