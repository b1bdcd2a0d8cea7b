/** Runs one round of stress. */
import { EXIT, Fatal } from '../base/fatal.ts';
import type { RecordedEvents } from '../inspect/event-log.ts';
import type { RuntimeOptions } from '../run/api.ts';
import { Stopped } from '../run/errors.ts';
import type { Round } from '../run/rounds.ts';
import type { Deps } from './deps.ts';
import { runMachine } from './machine.ts';

/** How a round without a failure ended: its program ended, its time was up, or its arena was full with GOGC off. */
export const ROUND_ENDINGS = ['done', 'cut', 'full'] as const;

export interface EndedRound {
  readonly ending: (typeof ROUND_ENDINGS)[number];
  /** Of a round whose program ended, if they were recorded. */
  readonly events?: RecordedEvents;
}

export interface RoundOptions extends Pick<RuntimeOptions, 'heapRecorder' | 'recordEvents' | 'onTick'> {
  /** Time limit in milliseconds. */
  readonly ms: number;
  /** Called for each collection that the oracle has checked. */
  readonly onCycle: () => void;
}

/** Time limit of a round. With GOGC=1 a round could take minutes, in which several others may find more. */
export const MAX_ROUND_SECONDS = 4;

/** @throws the error that ended the round, or Stopped if the command is interrupted */
export async function runRound(deps: Deps, round: Round, { ms, ...options }: RoundOptions): Promise<EndedRound> {
  const { collector, ...machine } = round;
  const stop = new AbortController();
  const interrupt = () => stop.abort();
  deps.signal.addEventListener('abort', interrupt);
  // A timer may fire early, which would leave a round of no time.
  const clock = setTimeout(() => stop.abort(), Math.ceil(ms) + 1);
  try {
    const { events } = await runMachine(deps, { ...machine, ...collector, ...options, verify: true, signal: stop.signal });
    return { ending: 'done', events };
  } catch (error) {
    if (deps.signal.aborted) throw error;
    if (error instanceof Stopped) return { ending: 'cut' };
    if (isFullWithoutCollections(error, round)) return { ending: 'full' };
    throw error;
  } finally {
    clearTimeout(clock);
    deps.signal.removeEventListener('abort', interrupt);
  }
}

/** Whether a round without collections has filled its arena. */
function isFullWithoutCollections(error: unknown, round: Round): boolean {
  return round.gogc === 'off' && error instanceof Fatal && error.exitCode === EXIT.memory;
}
