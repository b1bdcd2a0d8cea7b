/** Fits a cost so that the model agrees with measurements. */

/** A measured time, and its predictions at some costs. */
export interface FitSample {
  readonly measuredNs: number;
  readonly predictedNs: readonly number[];
}

const STEPS = 100;

/**
 * Returns the cost that minimizes the sum of the fourth powers of log(predicted / measured). The fourth power keeps every
 * sample near without letting one decide. Between two costs predictions are interpolated linearly, and beyond the last extrapolated.
 * @param costs at least two, ascending
 */
export function fitCost(costs: readonly number[], samples: readonly FitSample[]): number {
  // The sum is unimodal, because each prediction grows with the cost.
  let low = 0;
  let high = 4 * costs.at(-1)!;
  for (let step = 0; step < STEPS; step++) {
    const third = (high - low) / 3;
    if (error(costs, samples, low + third) < error(costs, samples, high - third)) high -= third;
    else low += third;
  }
  return (low + high) / 2;
}

function error(costs: readonly number[], samples: readonly FitSample[], cost: number): number {
  const beyond = costs.findIndex((each, i) => i > 0 && each >= cost);
  const place = beyond < 0 ? costs.length - 1 : beyond;
  return samples.reduce((sum, { measuredNs, predictedNs }) => {
    const [at, then] = [predictedNs[place - 1], predictedNs[place]];
    const predicted = at + ((then - at) * (cost - costs[place - 1])) / (costs[place] - costs[place - 1]);
    return sum + Math.log(Math.max(predicted / measuredNs, Number.MIN_VALUE)) ** 4;
  }, 0);
}
