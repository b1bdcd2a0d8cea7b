/** What each thread of a running machine does, read from outside while it runs: a state may be a moment old. */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { M, PHASE, mAt } from '../machine/m.ts';

/**
 * The states of a thread. `mutator`: it runs goroutines, or looks for one to run. `waiting`: for work to mark, or for a lock.
 * `collecting`: it stops the world, sets up the mark or ends it. `stopped`: it stands still for a collection of others.
 */
export const THREAD_STATES = ['starting', 'mutator', 'marking', 'sweeping', 'collecting', 'waiting', 'stopped', 'idle', 'finished'] as const;
export type ThreadState = (typeof THREAD_STATES)[number];

const STATE_OF: Readonly<Record<number, ThreadState>> = {
  [PHASE.starting]: 'starting',
  [PHASE.scheduling]: 'mutator',
  [PHASE.running]: 'mutator',
  [PHASE.stopped]: 'stopped',
  [PHASE.markRoots]: 'marking',
  [PHASE.mark]: 'marking',
  [PHASE.getfull]: 'waiting',
  [PHASE.sweep]: 'sweeping',
  [PHASE.collect]: 'collecting',
  [PHASE.idle]: 'idle',
  [PHASE.finished]: 'finished',
};

/** Returns the state of each M. */
export function threadStates(m: Mem): ThreadState[] {
  return Array.from({ length: m[CONFIG + Config.at.nprocs] }, (_, i) => {
    const mp = mAt(m, i);
    return m[mp + M.at.wants] === 0 ? STATE_OF[m[mp + M.at.phase]] ?? 'starting' : 'waiting';
  });
}
