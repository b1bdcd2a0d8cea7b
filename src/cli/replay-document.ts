/** The document that `replay --json` prints; see report/json.ts. */
import { z } from 'zod';
import { PlayerShape, type Player } from '../report/player.ts';
import { print, strictly } from '../report/schema.ts';
import type { Artefact } from '../explore/failures/artefact.ts';
import type { Lanes } from '../explore/failures/lanes.ts';
import type { Replayed } from '../explore/failures/replay.ts';
import { HistoryShape } from '../explore/campaigns/log.ts';
import { VERDICTS } from '../explore/execution.ts';

const SCHEMA = 1;
const count = z.number().int().nonnegative();
const outcome = { verdict: z.enum(VERDICTS), thread: z.string(), facts: z.array(z.string()), steps: count };

export const ReplayDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('replay'),
  scenario: z.string(),
  /** null for the source as it is. */
  mutant: z.string().nullable(),
  preemptions: count,
  recorded: z.object(outcome),
  /** `history`: the operations of the threads, if a spec judges them. */
  now: z.object({ ...outcome, history: HistoryShape.optional() }),
  /** The same verdict, for the same reason. */
  fails: z.boolean(),
  /** Where it departs from the recorded execution; null if nowhere. */
  divergence: z.string().nullable(),
  otherBuild: z.boolean(),
  /** The accesses that matter, or all with --trace; `critical` are those whose order decides. */
  lanes: z.array(z.object({ step: count, thread: z.string(), operation: z.string(), source: z.string(), critical: z.boolean() })),
  /** With --html or --record: the execution access by access. */
  player: PlayerShape.optional(),
}));

export function replayDocument(artefact: Artefact, { recording, fails, divergence, otherBuild }: Replayed, { names, rows }: Lanes, player?: Player): string {
  const { scenario, mutant, preemptions, verdict, thread, facts, steps } = artefact;
  const now = recording.outcome;
  return print(ReplayDocument, {
    schema: SCHEMA,
    command: 'replay',
    scenario,
    mutant,
    preemptions: preemptions.length,
    recorded: { verdict, thread, facts, steps },
    now: { verdict: now.verdict, thread: now.thread, facts: now.facts, steps: recording.trace.length, ...(now.history && { history: now.history }) },
    fails,
    divergence: divergence === '' ? null : divergence,
    otherBuild,
    lanes: rows.map(({ step, thread: number, operation, site, critical }) =>
      ({ step, thread: names[number], operation, source: `${site.file}:${site.line} ${site.fn}`, critical })),
    player,
  });
}
