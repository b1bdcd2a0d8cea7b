/** The document that `campaign merge --json` prints; see report/json.ts. */
import { z } from 'zod';
import type { LogMerge } from '../explore/campaigns/merge-logs.ts';
import { count, print, strictly } from '../report/schema.ts';

const SCHEMA = 1;

export const CampaignMergeDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('campaign merge'),
  /** The file of the merged log. */
  log: z.string(),
  /** Campaigns in it. */
  merged: count,
  /** The logs that were read. */
  logs: z.array(z.object({
    log: z.string(),
    /** Slices that were taken. */
    slices: count,
    executions: count,
    /** Slices with seeds that were counted before; of `partly` of them, only some seeds were. */
    leftOut: z.object({ slices: count, executions: count, partly: count }),
  })),
}));

/** @param merge all its lines have been read */
export function campaignMergeDocument(log: string, { header, logs }: LogMerge): string {
  return print(CampaignMergeDocument, {
    schema: SCHEMA,
    command: 'campaign merge',
    log,
    merged: header.merged,
    logs: logs.map(({ path, slices, executions, leftOut }) => ({ log: path, slices, executions, leftOut })),
  });
}
