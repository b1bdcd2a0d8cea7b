/** The document that `explore --json` prints; see report/json.ts. */
import { z } from 'zod';
import { CampaignShape, type Campaign } from '../report/campaign.ts';
import { PlayerShape, type Player } from '../report/player.ts';
import { print, strictly } from '../report/schema.ts';
import { LoggedFailure } from '../explore/campaigns/log.ts';
import type { Station } from '../explore/campaigns/slice.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import type { Tally } from '../explore/campaigns/tally.ts';
import { MEMORIES } from '../explore/weak/memory.ts';

const SCHEMA = 2;
const count = z.number().int().nonnegative();

export const ExploreDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('explore'),
  scenario: z.string(),
  knobs: z.record(z.string(), z.number()),
  /** null for the source as it is. */
  mutant: z.string().nullable(),
  monitors: z.array(z.string()).readonly(),
  memory: z.enum(MEMORIES),
  /** Of the first execution; each next has the next seed. */
  seed: count,
  strategy: z.string(),
  executions: count,
  /** Accesses to the shared memory, in all. */
  steps: count,
  switches: count,
  /** Different interleavings, about. */
  distinct: count,
  /** Without what shrinking took. */
  seconds: z.number().nonnegative(),
  /** What the strategy has covered without gaps, in words; empty if nothing. */
  covered: z.string(),
  /** Executions that the whole search takes, as estimated by the strategy; null if it has no estimate. */
  estimate: z.number().nonnegative().nullable(),
  /** The part of the search that is done, from 0 to 1; null without an estimate. */
  done: z.number().min(0).max(1).nullable(),
  failure: LoggedFailure.omit({ type: true }).nullable(),
  /** With --html or --record: the failing execution access by access, shrunk if it was; without a failure the last one. */
  player: PlayerShape.optional(),
  /** With --html or --record. */
  campaign: CampaignShape.optional(),
}));

/** @param recorded what pictures need */
export function exploreDocument(station: Station & { readonly seed: number }, tally: Tally, failure: Failure | undefined, recorded: { readonly campaign?: Campaign; readonly player?: Player } = {}): string {
  const [{ executions, steps, switches, distinct, seconds, covered, progress }] = tally.scenarios;
  return print(ExploreDocument, {
    schema: SCHEMA,
    command: 'explore',
    memory: 'sc',
    ...station,
    executions,
    steps,
    switches,
    distinct,
    seconds,
    covered,
    estimate: progress?.estimate ?? null,
    done: progress?.done ?? null,
    failure: failure ?? null,
    ...recorded,
  });
}
