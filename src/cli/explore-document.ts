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
  strategy: z.string(),
  executions: count,
  /** Accesses to the shared memory, in all. */
  steps: count,
  switches: count,
  /** Different interleavings. */
  distinct: count,
  seconds: z.number().nonnegative(),
  /** What the strategy has covered without gaps, in words; empty if nothing. */
  covered: z.string(),
  failure: z.object({
    seed: count,
    /** What makes this one execution again from its seed. */
    strategy: z.string(),
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
  readonly strategy: string;
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
