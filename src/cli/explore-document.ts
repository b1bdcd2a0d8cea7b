/** The document that `explore --json` prints; see report/json.ts. */
import { z } from 'zod';
import { VERDICTS } from '../drivers/explore/execution.ts';
import type { CampaignResult } from '../drivers/explore/campaign.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();

export const ExploreDocument = z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('explore'),
  scenario: z.string(),
  procs: count.positive(),
  /** null for the source as it is. */
  mutant: z.string().nullable(),
  /** Of the first execution; each next has the next seed. */
  seed: count,
  /** Mean accesses between switches, taken in turn. */
  distances: z.array(count.positive()),
  executions: count,
  /** Accesses to the shared memory, in all. */
  steps: count,
  switches: count,
  /** Different interleavings. */
  distinct: count,
  seconds: z.number().nonnegative(),
  failure: z.object({
    seed: count,
    distance: count.positive(),
    verdict: z.enum(VERDICTS).exclude(['ok']),
    thread: z.string(),
    facts: z.array(z.string()),
    steps: count,
    traceHash: count,
    /** The command that runs this one execution again. */
    repeat: z.string(),
  }).nullable(),
});

interface Setting {
  readonly scenario: string;
  readonly procs: number;
  readonly mutant: string | null;
  readonly seed: number;
  readonly distances: readonly number[];
}

export function exploreDocument(setting: Setting, { failure, ...result }: CampaignResult, repeat: string): string {
  const document = ExploreDocument.parse({
    schema: SCHEMA,
    command: 'explore',
    ...setting,
    ...result,
    failure: failure === undefined ? null : { ...failure, ...failure.execution, verdict: failure.verdict, thread: failure.thread, repeat },
  });
  return JSON.stringify(document, null, 2);
}
