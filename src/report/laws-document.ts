/** The fitted laws of scaling in JSON documents. */
import { z } from 'zod';
import { ESTIMATES, type FittedLaw } from './scaling-laws.ts';

/** An infinite figure is null: more threads are always faster, or nothing limits the speedup. */
const figure = z.number().nonnegative().nullable();

export const LawShape = z.object({
  law: z.enum(['Amdahl', 'USL']),
  /** The serial share of the work. */
  contention: figure,
  /** The cost of coherence of each pair of threads; 0 in Amdahl's law. */
  coherence: figure,
  /** The number of threads with the largest speedup. */
  best: figure,
  /** The largest speedup. */
  limit: figure,
  /** 95 % intervals; null if there are too few times. */
  intervals: z.record(z.enum(ESTIMATES), z.tuple([figure, figure])).nullable(),
  /** The largest relative difference between the law and a point. */
  error: z.number().nonnegative(),
  /** The largest number of threads that it is fitted to, which is within the cores of a measurement. */
  upTo: z.number().int().positive(),
});

/** Returns the fields of `law` in a document. */
export function lawFields({ law, intervals, error, upTo, ...fit }: FittedLaw): z.infer<typeof LawShape> {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const [contention, coherence, best, limit] = ESTIMATES.map((name) => finite(fit[name]));
  return {
    law, contention, coherence, best, limit, error, upTo,
    intervals: intervals === undefined ? null : Object.fromEntries(ESTIMATES.map((name) => [name, [finite(intervals[name].low), finite(intervals[name].high)]])) as z.infer<typeof LawShape>['intervals'],
  };
}
