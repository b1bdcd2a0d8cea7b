/** What each thread does at a step: it runs, sleeps, wants a lock, was preempted or has ended; and the locks it holds. */
import type { Execution } from './execution.ts';

export interface ThreadState {
  readonly name: string;
  readonly state: 'runs' | 'sleeps' | 'wants' | 'preempted' | 'ready' | 'ended';
  /** The word that it sleeps on or the lock that it wants; '' if it does neither. */
  readonly on: string;
  /** The thread that holds that lock; '' if none does. */
  readonly heldBy: string;
  /** The thread that woke it, if it has not run since; '' for none. */
  readonly wokenBy: string;
  /** Names of the locks that it holds. */
  readonly locks: readonly string[];
}

const WANTS = 1;
const SLEEPS = 2;

/** Returns the state of each thread right after `step`. */
export function threadStates(execution: Execution, step: number): ThreadState[] {
  const { player } = execution;
  const holders = holdersAt(execution, step);
  const waits = waitsAt(execution, step);
  const stopped = preemptedAt(execution, step);
  return player.threads.map(({ name, ended }, thread) => {
    const { wait, word, by } = waits.get(thread) ?? NO_WAIT;
    const holder = holders.get(player.words.at[word])?.holder;
    const locks = [...holders.values()].filter((each) => each.holder === thread).map((each) => execution.wordName(each.word));
    const isWaiting = wait === SLEEPS || wait === WANTS;
    return {
      name,
      state: execution.threadAt(step) === thread && wait !== SLEEPS ? 'runs' : ended !== null && step + 1 >= ended ? 'ended' : wait === SLEEPS ? 'sleeps' : wait === WANTS ? 'wants' : stopped.has(thread) ? 'preempted' : 'ready',
      on: isWaiting ? execution.wordName(word) : '',
      heldBy: isWaiting && holder !== undefined && holder !== thread ? execution.threadName(holder) : '',
      wokenBy: by < 0 || wait === SLEEPS ? '' : execution.threadName(by),
      locks,
    };
  });
}

interface Held {
  readonly holder: number;
  /** A row of the words. */
  readonly word: number;
}

/** Returns the locks that are held after `step`, by the address of their word. */
function holdersAt({ player: { locks, words } }: Execution, step: number): Map<number, Held> {
  const holders = new Map<number, Held>();
  for (let i = 0; i < locks.step.length && locks.step[i] <= step; i++) {
    const at = words.at[locks.word[i]];
    if (locks.holder[i] < 0) holders.delete(at);
    else holders.set(at, { holder: locks.holder[i], word: locks.word[i] });
  }
  return holders;
}

interface Waiting {
  readonly wait: number;
  readonly word: number;
  /** The thread that ended its sleep, if it has not run since; -1 for none. */
  readonly by: number;
}

const NO_WAIT: Waiting = { wait: 0, word: -1, by: -1 };

/** Returns what threads wait for after `step`. */
function waitsAt(execution: Execution, step: number): Map<number, Waiting> {
  const { waits } = execution.player;
  const last = new Map<number, number>();
  for (let i = 0; i < waits.step.length && waits.step[i] <= step; i++) last.set(waits.thread[i], i);
  return new Map([...last].map(([thread, i]) => {
    const hasRun = waits.by[i] >= 0 && runsBetween(execution, thread, waits.step[i] + 1, step);
    return [thread, { wait: waits.wait[i], word: waits.word[i], by: hasRun ? -1 : waits.by[i] }];
  }));
}

/** Reports whether `thread` has a step from `from` to `to`, both included. */
function runsBetween({ player: { steps } }: Execution, thread: number, from: number, to: number): boolean {
  for (let step = from; step <= to; step++) if (steps.thread[step] === thread) return true;
  return false;
}

/** Returns the threads that were preempted up to `step` and have not run since. */
function preemptedAt(execution: Execution, step: number): Set<number> {
  const { preemptions, threads } = execution.player;
  const stopped = new Set<number>();
  const decided = new Set<number>();
  // Back from the step: a thread's last event, a preemption or a step of its own, decides.
  let i = preemptions.step.findLastIndex((each) => each <= step);
  for (let at = step; at >= 0 && decided.size < threads.length; at--) {
    decided.add(execution.threadAt(at));
    for (; i >= 0 && preemptions.step[i] === at; i--) {
      const from = preemptions.from[i];
      if (decided.has(from)) continue;
      decided.add(from);
      stopped.add(from);
    }
  }
  return stopped;
}

/** Returns the state in words: `sleeps on M1 park`, `wants sched.lock, which M0 holds`. */
export function stateText({ state, on, heldBy, wokenBy }: ThreadState): string {
  const held = heldBy === '' ? '' : `, which ${heldBy} holds`;
  if (state === 'sleeps') return `sleeps on ${on}${held}`;
  const woken = wokenBy === '' ? '' : `, woken by ${wokenBy}`;
  return state === 'wants' ? `wants ${on}${held}${woken}` : state === 'ended' ? 'has ended' : `${state}${woken}`;
}
