/** The document that `campaign verify --json` prints; see report/json.ts. */
import { z } from 'zod';
import { VERIFIED_STATES } from '../explore/campaigns/log.ts';
import type { Verification } from '../explore/campaigns/verify-failure.ts';
import { print, strictly } from '../report/schema.ts';
import { againBy } from './fuzz-report.ts';

const SCHEMA = 1;

export const CampaignVerifyDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('campaign verify'),
  log: z.string(),
  sweepgen: z.string(),
  /** Hash of the build that ran the failures again. */
  build: z.string(),
  /** Whether the results were appended to the log. */
  logged: z.boolean(),
  failures: z.array(z.object({
    key: z.string(),
    /** `diverged`: the recording fails in another way, or can't be followed. */
    state: z.enum(VERIFIED_STATES),
    reason: z.string(),
    /** The command that runs it again. */
    repeat: z.string(),
  })),
}));

export interface VerifyRun {
  readonly log: string;
  readonly sweepgen: string;
  readonly build: string;
  readonly logged: boolean;
}

export function campaignVerifyDocument(run: VerifyRun, verifications: readonly Verification[]): string {
  return print(CampaignVerifyDocument, {
    schema: SCHEMA,
    command: 'campaign verify',
    ...run,
    failures: verifications.map(({ failure, state, reason }) => ({ key: failure.key, state, reason, repeat: againBy(failure) })),
  });
}
