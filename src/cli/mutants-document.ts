/** The document that `mutants --json` prints; see report/json.ts. */
import { z } from 'zod';
import { PlayersShape, type Players } from '../report/player.ts';
import { print, strictly } from '../report/schema.ts';
import { LoggedFailure } from '../explore/campaigns/log.ts';
import { isKilled, median, type KillTask } from '../explore/campaigns/mutants.ts';
import type { Searched } from './mutants-report.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();

export const MutantsDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('mutants'),
  strategy: z.string(),
  monitors: z.array(z.string()).readonly(),
  /** The most that a search may take. */
  seconds: z.number().positive(),
  mutants: z.array(z.object({
    mutant: z.string(),
    file: z.string(),
    history: z.string(),
    breaks: z.string(),
    /** Every search has found it; null when a worker was lost over it. */
    killed: z.boolean().nullable(),
    lost: z.string(),
    /** Medians of the searches; null when there are none. */
    executions: z.number().nullable(),
    seconds: z.number().nullable(),
    searches: z.array(z.object({
      seed: count,
      executions: count,
      seconds: z.number().nonnegative(),
      failure: LoggedFailure.omit({ type: true }).nullable(),
    })),
  })),
  /** With --html or --record: a failure of each of the first mutants, access by access. */
  players: PlayersShape.optional(),
}));

export function mutantsDocument({ strategy, monitors, seconds }: Omit<KillTask, 'mutant'>, searched: readonly Searched[], players?: Players): string {
  return print(MutantsDocument, {
    schema: SCHEMA,
    command: 'mutants',
    strategy,
    monitors,
    seconds,
    mutants: searched.map(({ mutant: { name, file, history, breaks }, kill, lost }) => ({
      mutant: name,
      file,
      history,
      breaks,
      killed: kill === null ? null : isKilled(kill),
      lost,
      executions: kill === null ? null : median(kill.searches.map((search) => search.executions)),
      seconds: kill === null ? null : median(kill.searches.map((search) => search.seconds)),
      searches: kill?.searches ?? [],
    })),
    players,
  });
}
