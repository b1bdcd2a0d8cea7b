/** Fits a cost so that the model agrees with measurements. */

/** A measured time, and its predictions at the lower and the higher of two costs. */
export interface FitSample {
  readonly measuredNs: number;
  readonly predictedNs: readonly [number, number];
}

const STEPS = 100;

/**
 * Returns the cost that minimizes the sum of the fourth powers of log(predicted / measured). The fourth power keeps every
 * sample near without letting one decide. Predictions are interpolated and extrapolated linearly.
 * @param costs the two costs, which differ
 */
export function fitCost(costs: readonly [number, number], samples: readonly FitSample[]): number {
  // The sum is unimodal, because each prediction grows with the cost.
  let low = 0;
  let high = 4 * Math.max(...costs);
  for (let step = 0; step < STEPS; step++) {
    const third = (high - low) / 3;
    if (error(costs, samples, low + third) < error(costs, samples, high - third)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}

function error([first, second]: readonly [number, number], samples: readonly FitSample[], cost: number): number {
  return samples.reduce((sum, { measuredNs, predictedNs: [at, then] }) => {
    const predicted = at + ((then - at) * (cost - first)) / (second - first);
    return sum + Math.log(Math.max(predicted / measuredNs, Number.MIN_VALUE)) ** 4;
  }, 0);
}
