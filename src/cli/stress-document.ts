/** The document that `stress --json` prints; see report/json.ts. */
import { z } from 'zod';
import { HeapMapShape, heapMapOf } from '../report/heap-map.ts';
import { HistoryShape, historyOf } from '../report/history.ts';
import { count, print, strictly, text } from '../report/schema.ts';
import type { Timeline } from '../report/timeline.ts';
import { TimelineShape } from '../report/timeline-shape.ts';
import type { HeapRecorder } from '../run/heap-recorder.ts';

const SCHEMA = 1;

export const StressDocument = strictly(z.object({
  schema: z.literal(SCHEMA),
  command: z.literal('stress'),
  seed: count,
  /** The most Ps of a round. */
  maxProcs: count.positive(),
  rounds: count,
  /** Rounds that ended because their time was up. */
  cut: count,
  /** Rounds that filled the arena with GOGC off. */
  full: count,
  /** Collections that the oracle has checked. */
  verifiedCollections: count,
  /** The round that failed, and the command line that repeats it; null if none did. */
  failed: z.object({ round: count, repeat: z.string() }).nullable(),
  interrupted: z.boolean(),
  /** With --record, the end of the last round that ended. */
  timeline: TimelineShape.optional(),
  /** The round that `history` and `heapMap` are of: the failed one, or else the last. */
  recorded: z.object({ round: count, workload: text }).optional(),
  history: HistoryShape.optional(),
  heapMap: HeapMapShape.optional(),
}));

/** How the rounds so far ended. */
export interface Tally {
  rounds: number;
  /** Ended because their time was up. */
  cut: number;
  /** Ended because GOGC was off and the arena full, as it must be. */
  full: number;
  /** Each with its checkpoints, at which the oracle found nothing wrong. */
  collections: number;
}

/** The round that ended the run: it failed, or was interrupted. */
export interface FailedRound {
  readonly round: number;
  /** The command line that runs it again. */
  readonly repeat: string;
  readonly error: unknown;
}

/** A round whose heap was recorded. */
export interface RecordedRound {
  readonly round: number;
  readonly workload: string;
  readonly recorder: HeapRecorder;
}

export interface StressOutcome {
  readonly seed: number;
  readonly maxProcs: number;
  readonly tally: Tally;
  readonly failed?: FailedRound;
  readonly recorded?: RecordedRound;
  readonly isInterrupted: boolean;
  readonly timeline?: Timeline;
}

export function stressDocument({ seed, maxProcs, tally, failed, recorded, isInterrupted, timeline }: StressOutcome): string {
  const { rounds, cut, full, collections } = tally;
  return print(StressDocument, {
    schema: SCHEMA,
    command: 'stress',
    seed,
    maxProcs,
    rounds,
    cut,
    full,
    verifiedCollections: collections,
    failed: failed === undefined ? null : { round: failed.round, repeat: failed.repeat },
    interrupted: isInterrupted,
    timeline,
    recorded: recorded && { round: recorded.round, workload: recorded.workload },
    history: recorded && historyOf(recorded.recorder),
    heapMap: recorded && heapMapOf(recorded.recorder),
  });
}
