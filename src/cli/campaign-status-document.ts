/** The document that `campaign status --json` prints; see report/json.ts. */
import { z } from 'zod';
import { LIVES, type LifeSign } from '../explore/campaigns/life.ts';
import { ENDINGS, VERIFIED_STATES } from '../explore/campaigns/log.ts';
import type { LoggedCampaign } from '../explore/campaigns/logged-campaign.ts';
import { isClosed, type Findings } from '../explore/campaigns/read-log.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import { count, print, strictly } from '../report/schema.ts';
import { EdgesShape, MemoriesShape, ScenarioShape, coverageOf, memoriesOf } from './fuzz-document.ts';
import { againBy } from './fuzz-report.ts';

const SCHEMA = 1;
const seconds = z.number().nonnegative();

const FailureState = z.object({
  key: z.string(),
  /** How often it was seen. */
  times: count,
  /** The size of the shrunk execution, with the number of its older values under a weak memory model; null if there is none. */
  shrunk: z.object({ preemptions: count, values: count.optional(), steps: count }).nullable(),
  /** Whether it was verified to be fixed, and not seen since. */
  closed: z.boolean(),
  /** The last verification; null if there was none. */
  verified: z.object({ state: z.enum(VERIFIED_STATES), sweepgen: z.string(), build: z.string() }).nullable(),
  /** The command that runs it again. */
  repeat: z.string(),
});
export type FailureState = z.infer<typeof FailureState>;

export const CampaignStatusDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('campaign status'),
  log: z.string(),
  /** The version that began the campaign, and the hash of its build; null in older logs. */
  sweepgen: z.string(),
  build: z.string().nullable(),
  seed: count,
  strategy: z.string(),
  mutant: z.string().nullable(),
  memories: MemoriesShape,
  /** Number of campaigns that were merged; null for a log of one. */
  merged: count.nullable(),
  /** `silent`: the log has neither an end nor a recent line. */
  life: z.enum(LIVES),
  /** Since the last line. */
  silentSeconds: seconds,
  /** Time for which the campaign has run. */
  seconds,
  /** The parts that ended in order. */
  parts: z.array(z.object({ ending: z.enum(ENDINGS), seconds: z.number() })),
  scenarios: z.array(ScenarioShape),
  edges: EdgesShape,
  failures: z.array(FailureState),
  /** The hosts that ran slices of a queue. */
  hosts: z.array(z.object({ host: z.string(), slices: count, executions: count })),
  /** Slices that were offered to workers and have no result. */
  owed: z.object({ slices: count, executions: count }),
  /** Slices that were set aside. */
  lost: count,
}));
export type CampaignStatus = z.infer<typeof CampaignStatusDocument>;

/** Returns the state of the campaign whose log is at `path`. */
export function statusOf(path: string, campaign: LoggedCampaign, { life, silentSeconds }: LifeSign): CampaignStatus {
  const { findings, tally, history, hosts, lost } = campaign;
  const { header, owed, parts } = findings;
  return {
    schema: SCHEMA,
    command: 'campaign status',
    log: path,
    sweepgen: header.sweepgen,
    build: header.build ?? null,
    seed: header.seed,
    strategy: header.strategy,
    mutant: header.mutant,
    memories: memoriesOf(header.memories, tally),
    merged: header.merged ?? null,
    life,
    silentSeconds,
    seconds: history.before,
    parts: parts.map(({ ending, seconds: ran }) => ({ ending, seconds: ran })),
    ...coverageOf(tally),
    failures: findings.failures.map((failure) => stateOf(failure, findings, timesOf(failure.key, campaign))),
    hosts: [...hosts].map(([host, ran]) => ({ host, ...ran })).toSorted((a, b) => b.executions - a.executions),
    owed: { slices: owed.length, executions: owed.reduce((sum, { executions }) => sum + executions, 0) },
    lost,
  };
}

export function campaignStatusDocument(status: CampaignStatus): string {
  return print(CampaignStatusDocument, status);
}

function stateOf(failure: Failure, findings: Findings, times: number): FailureState {
  const { key, shrunk } = failure;
  const verified = findings.verified.get(key);
  return {
    key,
    times,
    shrunk: shrunk === null || typeof shrunk === 'string' ? null : { preemptions: shrunk.preemptions, ...(shrunk.values !== undefined && { values: shrunk.values }), steps: shrunk.steps },
    closed: isClosed(findings, key),
    verified: verified === undefined ? null : { state: verified.state, sweepgen: verified.sweepgen, build: verified.build },
    repeat: againBy(failure),
  };
}

function timesOf(key: string, { tally }: LoggedCampaign): number {
  return tally.scenarios.reduce((sum, { failures }) => sum + (failures.get(key) ?? 0), 0);
}
