/** Spreads jobs over the workers of a queue, for work that needs no order and no log. Few jobs wait at a time. */
import { Away, Dispatcher, type Outcome, type Task } from './dispatcher.ts';
import type { Lead, WorkerFacts } from './queue.ts';

export interface SpreadOptions<Matter> {
  readonly lead: Lead;
  /** Returns the next job; undefined if there is none any more. */
  readonly next: () => Task<Matter> | undefined;
  /** Takes the result of a job, or the reason why it was given up. */
  readonly take: (matter: Matter, outcome: Outcome) => void;
  /** Reports whether the work is over. Waiting jobs are then taken back, and running ones get `graceMs` to end. */
  readonly isOver: () => boolean;
  /** Ends the work at once. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** Returns milliseconds. */
  readonly now: () => number;
  /** Called with the present workers, several times a second. */
  readonly onWorkers?: (workers: readonly WorkerFacts[]) => void;
  readonly onTrouble?: (message: string | undefined) => void;
}

const WAIT_MS = 500;

/** @throws QueueTaken if another process takes over */
export async function spread<Matter>(options: SpreadOptions<Matter>): Promise<void> {
  const run = spreadUntilOver(options);
  run.catch(() => {});
  await Promise.race([run, options.lead.lost]);
}

async function spreadUntilOver<Matter>({ lead, next, take, isOver, signal, graceMs, now, onWorkers, onTrouble }: SpreadOptions<Matter>): Promise<void> {
  let deadline = Infinity;
  const dispatcher = new Dispatcher<Matter>({
    lead, now, onTrouble,
    take: async (_, matter, outcome) => take(matter, outcome),
    isHalted: () => signal.aborted,
    mustEnd: () => signal.aborted || isOver() || now() >= deadline,
  });
  let isLeft = true;
  async function fill(): Promise<void> {
    const room = await dispatcher.room();
    onWorkers?.(dispatcher.workers);
    const tasks: Task<Matter>[] = [];
    while (isLeft && tasks.length < room) {
      const task = next();
      if (task === undefined) isLeft = false;
      else tasks.push(task);
    }
    await dispatcher.offer(tasks);
  }
  try {
    // Jobs that wait there are those of a dead coordinator.
    await dispatcher.withdraw();
    while (!signal.aborted && !isOver() && (isLeft || dispatcher.outstanding > 0)) {
      await fill();
      await dispatcher.offerAgain();
      await dispatcher.collect(WAIT_MS);
    }
    deadline = now() + graceMs;
    await dispatcher.withdraw();
    while (!signal.aborted && dispatcher.outstanding > 0 && now() < deadline) await dispatcher.collect(WAIT_MS);
  } catch (error) {
    if (!(error instanceof Away)) throw error;
  }
}
