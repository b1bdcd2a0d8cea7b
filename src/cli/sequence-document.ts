/** The document that `sequence --json` prints; see report/json.ts. */
import { z } from 'zod';
import { memstats, print, strictly } from '../report/schema.ts';
import type { MemStats } from '../inspect/memstats.ts';
import { TYPES } from '../memory/config.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();

export const SequenceDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('sequence'),
  seed: count,
  /** Allocations. */
  count,
  /** The largest size, in bytes. */
  max: count,
  types: z.enum(Object.keys(TYPES) as (keyof typeof TYPES)[]),
  /** As they are printed without --json. */
  lines: z.array(z.string()),
  /** Of the end of the run, after three quarters were dropped and collected. */
  memstats,
}));

export interface SequenceRun {
  readonly seed: number;
  readonly count: number;
  readonly max: number;
  readonly types: keyof typeof TYPES;
  readonly lines: readonly string[];
  readonly memstats: MemStats;
}

export function sequenceDocument(run: SequenceRun): string {
  return print(SequenceDocument, { schema: SCHEMA, command: 'sequence', ...run });
}
