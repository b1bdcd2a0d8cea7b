/** `stress --queue`: rounds on the workers of a queue. */
import { EXIT } from '../base/fatal.ts';
import type { WorkerFacts } from '../queue/queue.ts';
import { spread } from '../queue/spread.ts';
import { drawRound, type Choices } from '../run/rounds.ts';
import type { Deps } from './deps.ts';
import type { LedQueue } from './led-queue.ts';
import { commandOf } from './round-command.ts';
import { readRoundResult, roundJob, type RoundResult } from './round-job.ts';
import { MAX_ROUND_SECONDS } from './run-round.ts';
import type { FailedRound, Tally } from './stress-document.ts';

export interface SpreadRounds {
  readonly choices: Choices;
  readonly seed: number;
  readonly firstRound: number;
  /** Infinity: no limit. */
  readonly seconds: number;
  readonly rounds: number;
  /** Called after each round. */
  readonly onRound: (tally: Tally, workers: readonly WorkerFacts[]) => void;
  /** Shows a line above the progress. */
  readonly say: (text: string) => void;
}

export interface SpreadOutcome {
  readonly tally: Tally;
  readonly failed?: FailedRound;
  /** The first round that has not ended, at which a later run continues. */
  readonly next: number;
}

/** A round failed on a worker. */
class RoundFailed extends Error {
  readonly exitCode: number;
  readonly code: string;

  constructor(lines: readonly string[], code: string, exitCode: number) {
    super(lines.join('\n'));
    this.name = 'RoundFailed';
    this.code = code;
    this.exitCode = exitCode;
  }
}

/** Runs rounds until there were enough, the time is up, or one has failed. */
export async function spreadRounds({ now, signal }: Deps, queue: LedQueue, { choices, seed, firstRound, seconds, rounds, onRound, say }: SpreadRounds): Promise<SpreadOutcome> {
  const tally: Tally = { rounds: 0, cut: 0, full: 0, collections: 0 };
  const end = now() + seconds * 1000;
  const open = new Set<number>();
  let next = firstRound;
  let failed: FailedRound | undefined;
  let workers: readonly WorkerFacts[] = [];
  const workloads = choices.workloads.map(({ spec }) => spec);
  function fail(number: number, lines: readonly string[], code: string, exitCode: number): void {
    failed ??= { round: number, repeat: commandOf(drawRound(seed, number, choices)), error: new RoundFailed(lines, code, exitCode) };
  }
  await queue.expectWorkers();
  await spread<number>({
    lead: queue.lead, signal, now,
    graceMs: 2 * MAX_ROUND_SECONDS * 1000,
    isOver: () => failed !== undefined || tally.rounds >= rounds || now() >= end,
    next() {
      open.add(next);
      return { ...roundJob({ build: queue.build, seed, number: next, workloads, maxProcs: choices.maxProcs, collector: choices.collector as Record<string, string> | undefined }), matter: next++ };
    },
    take(number, outcome) {
      open.delete(number);
      if ('poison' in outcome) return fail(number, [`round ${number} has no result: ${outcome.poison}`], 'HANG', EXIT.hang);
      let result: RoundResult;
      try {
        result = readRoundResult(outcome.result);
      } catch (error) {
        return say(`round ${number} is not counted: ${(error as Error).message}`);
      }
      const { ending, collections, failure } = result;
      tally.collections += collections;
      if (failure !== null) return fail(number, failure.lines, failure.code, failure.exitCode);
      tally.rounds++;
      if (ending === 'cut') tally.cut++;
      if (ending === 'full') tally.full++;
      onRound(tally, workers);
    },
    onWorkers: (there) => { workers = there; },
    onTrouble: queue.troubleTo(say),
  });
  return { tally, failed, next: Math.min(next, ...open) };
}
