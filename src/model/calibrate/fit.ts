/** What a cost must be for the model to agree with what was measured. */

/** A time, and what the model says of it at the lower and at the higher of two costs. */
export interface FitSample {
  readonly measuredNs: number;
  readonly predictedNs: readonly [number, number];
}

const STEPS = 100;

/**
 * The cost at which the factors by which predictions are off are least: the sum of the fourth powers of their logarithms,
 * with which none is far off, and no single one decides. Between the two costs and beyond them each
 * prediction is taken to change in proportion.
 * @param costs two different ones
 */
export function fitCost(costs: readonly [number, number], samples: readonly FitSample[]): number {
  // The sum falls and then rises as the cost grows: each prediction only grows.
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
