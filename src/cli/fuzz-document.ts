/** The document that `fuzz --json` prints; see report/json.ts. */
import { z } from 'zod';
import { CampaignShape, type Campaign } from '../report/campaign.ts';
import { PlayersShape, type Players } from '../report/player.ts';
import { print, strictly } from '../report/schema.ts';
import type { FuzzResult } from '../explore/campaigns/fuzz.ts';
import { ENDINGS, LoggedFailure, type Header } from '../explore/campaigns/log.ts';
import type { Tally } from '../explore/campaigns/tally.ts';
import { MEMORIES } from '../explore/weak/memory.ts';
import { EDGES } from '../rewrite/edges/catalog.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();

export const ScenarioShape = z.object({
  scenario: z.string(),
  executions: count,
  /** Accesses to the shared memory. */
  steps: count,
  switches: count,
  /** Estimated number of distinct interleavings. */
  distinct: count,
  /** Seconds of all workers, added up. */
  seconds: z.number().nonnegative(),
  /** By kind, how often each failure was seen. */
  failures: z.record(z.string(), count),
  /** What a search has covered without gaps, in words; empty if nothing. */
  covered: z.string(),
});

/** The memory models of a campaign. */
export const MemoriesShape = z.array(z.object({ memory: z.enum(MEMORIES), executions: count }));

/** Protocol edges, by name: those passed, and those that the scenarios could have passed. */
export const EdgesShape = z.object({ passed: z.array(z.string()), never: z.array(z.string()) });

export const FuzzDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('fuzz'),
  /** Of the first execution of each setting. */
  seed: count,
  strategy: z.string(),
  /** null for the source as it is. */
  mutant: z.string().nullable(),
  monitors: z.array(z.string()).readonly(),
  memories: MemoriesShape,
  jobs: count,
  /** `running`: the document was made from the log of a campaign that had not ended. */
  ending: z.enum([...ENDINGS, 'running']),
  seconds: z.number().nonnegative(),
  scenarios: z.array(ScenarioShape),
  edges: EdgesShape,
  failures: z.array(LoggedFailure.omit({ type: true })).readonly(),
  /** Of a log: the keys of the failures that `campaign verify` found fixed. */
  closed: z.array(z.string()).optional(),
  /** With --html or --record: the first failures, access by access. */
  players: PlayersShape.optional(),
  /** With --html or --record. */
  campaign: CampaignShape.optional(),
}));

/** @param recorded what pictures need */
export function fuzzDocument({ seed, strategy, mutant, monitors, memories }: Omit<Header, 'type' | 'format'>, jobs: number, tally: Tally, { ending, seconds }: { readonly ending: FuzzResult['ending'] | 'running'; readonly seconds: number }, recorded: { readonly campaign?: Campaign; readonly players?: Players; readonly closed?: readonly string[] } = {}): string {
  return print(FuzzDocument, {
    schema: SCHEMA,
    command: 'fuzz',
    seed,
    strategy,
    mutant,
    monitors,
    memories: memoriesOf(memories, tally),
    jobs,
    ending,
    seconds,
    ...coverageOf(tally),
    failures: tally.failures,
    ...recorded,
  });
}

/** Returns the memory models of a document. @param memories those of the campaign's header */
export function memoriesOf(memories: Header['memories'], tally: Tally): z.infer<typeof MemoriesShape> {
  return (memories ?? (['sc'] as const)).map((memory) => ({ memory, executions: tally.executionsUnder(memory) }));
}

/** Returns the scenarios and the edges of a document. */
export function coverageOf(tally: Tally): { readonly scenarios: z.infer<typeof ScenarioShape>[]; readonly edges: z.infer<typeof EdgesShape> } {
  const edges = tally.edges();
  const possible = tally.possible();
  return {
    scenarios: tally.scenarios.map(({ scenario, executions, steps, switches, distinct, seconds, failures, covered }) =>
      ({ scenario, executions, steps, switches, distinct, seconds, failures: Object.fromEntries(failures), covered })),
    edges: { passed: namesWhere((i) => edges[i] === 1), never: namesWhere((i) => edges[i] < possible[i]) },
  };
}

function namesWhere(holds: (number: number) => boolean): string[] {
  return EDGES.filter((_, i) => holds(i)).map(({ name }) => name);
}
