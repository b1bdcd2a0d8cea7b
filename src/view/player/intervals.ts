/** The stretches of steps in which threads hold locks, sleep, or want a lock. */
import type { Execution } from './execution.ts';

/** From `from` up to `to`, which is not part of it. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  readonly kind: 'holds' | 'sleeps' | 'wants';
}

const KINDS = [undefined, 'wants', 'sleeps'] as const;

/** Returns the intervals of each thread. */
export function intervalsOf(execution: Execution): Interval[][] {
  const { threads } = execution.player;
  const found: Interval[][] = threads.map(() => []);
  noteLocks(execution, found);
  noteWaits(execution, found);
  return found;
}

function noteLocks({ player: { locks, words }, length }: Execution, found: Interval[][]): void {
  const taken = new Map<number, { readonly thread: number; readonly from: number }>();
  function end(at: number, to: number): void {
    const held = taken.get(at);
    if (held !== undefined) found[held.thread]?.push({ from: held.from, to, kind: 'holds' });
    taken.delete(at);
  }
  locks.step.forEach((step, i) => {
    const at = words.at[locks.word[i]];
    end(at, step + 1);
    if (locks.holder[i] >= 0) taken.set(at, { thread: locks.holder[i], from: step });
  });
  for (const at of taken.keys()) end(at, length);
}

function noteWaits({ player: { waits, threads }, length }: Execution, found: Interval[][]): void {
  const since = threads.map(() => ({ from: 0, wait: 0 }));
  function end(thread: number, to: number): void {
    const { from, wait } = since[thread];
    const kind = KINDS[wait];
    if (kind !== undefined && to > from) found[thread].push({ from, to, kind });
  }
  waits.step.forEach((step, i) => {
    const thread = waits.thread[i];
    end(thread, step);
    since[thread] = { from: step, wait: waits.wait[i] };
  });
  for (const thread of threads.keys()) end(thread, length);
}
