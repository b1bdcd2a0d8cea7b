/** Spreads jobs over the workers of a queue, a bounded number ahead, for campaigns that need no order and no log. */
import { Away, Dispatcher, type Outcome, type Task } from './dispatcher.ts';
import type { Lead, WorkerFacts } from './queue.ts';

export interface SpreadOptions<Matter> {
  readonly lead: Lead;
  /** Returns the next job; undefined if there is none any more. */
  readonly next: () => Task<Matter> | undefined;
  /** Takes what a job gave, or why it was given up. */
  readonly take: (matter: Matter, outcome: Outcome) => void;
  /** Whether the work is over: jobs that wait are taken back, and those that run get `graceMs` to end. */
  readonly isOver: () => boolean;
  /** Whether to end at once. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** Returns milliseconds. */
  readonly now: () => number;
  /** Hears of the workers that are there, several times a second. */
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
    // What waits there is of a coordinator that died.
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
