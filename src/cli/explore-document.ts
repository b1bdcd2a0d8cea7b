/** The document that `explore --json` prints; see report/json.ts. */
import { z } from 'zod';
import { PlayerShape, type Player } from '../report/player.ts';
import { print, strictly } from '../report/schema.ts';
import { LoggedFailure } from '../explore/campaigns/log.ts';
import type { Station } from '../explore/campaigns/slice.ts';
import type { Failure } from '../explore/campaigns/slice.ts';
import type { Tally } from '../explore/campaigns/tally.ts';

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
  failure: LoggedFailure.omit({ type: true }).nullable(),
  /** With --html or --record: the failing execution access by access, shrunk if it was; without a failure the last one. */
  player: PlayerShape.optional(),
}));

export function exploreDocument(station: Station & { readonly seed: number }, tally: Tally, failure: Failure | undefined, player?: Player): string {
  const [{ executions, steps, switches, distinct, seconds, covered }] = tally.scenarios;
  return print(ExploreDocument, {
    schema: SCHEMA,
    command: 'explore',
    ...station,
    executions,
    steps,
    switches,
    distinct,
    seconds,
    covered,
    failure: failure ?? null,
    player,
  });
}
