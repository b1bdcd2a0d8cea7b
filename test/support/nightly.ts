/** Scales slow random tests: a part runs with every test run, all of it in `npm run test:nightly`. */

const IS_NIGHTLY = process.env.SWEEPGEN_NIGHTLY === '1';

/** Returns all of `items` at night, otherwise every `step`th, spread over the list. */
export function sampled<Item>(items: readonly Item[], step: number): readonly Item[] {
  return IS_NIGHTLY ? items : items.filter((_, i) => i % step === 0);
}

/** Returns `all` at night, otherwise `few`: a number of seeds or executions. */
export function seeds(few: number, all: number): number {
  return IS_NIGHTLY ? all : few;
}
