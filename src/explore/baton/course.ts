/**
 * The course of one execution, as the scheduler saw it: each turn, every value from outside (clock, numbers of
 * woken threads), and every access. It suffices to run the execution again without a scheduler.
 */
import type { Control, Host } from '../../rewrite/generated.ts';
import type { Core } from '../load.ts';
import { Explorer } from '../scheduler.ts';
import type { Prepared } from '../scenarios/scenario.ts';
import { Replay } from '../strategies/replay.ts';

/** Words of a turn: thread, budget, result of its wait (see MESSAGES), the place where it stopped, the word there. */
export const TURN_NUMBERS = 5;
export const MESSAGES = [undefined, 'ok', 'timed-out'] as const;
/** The place of a turn that ended with an exception. */
export const THREW = -0x7fff_ffff;
/** Longest turn. */
export const LONGEST = 0x3fff_ffff;

/** Words of an access: thread, site, kind, index, value, old. */
export const ACCESS_NUMBERS = 6;

export interface Course {
  readonly template: Int32Array;
  readonly turns: Int32Array;
  /** Results of each read of the clock, and of each notify. */
  readonly clock: Float64Array;
  readonly woken: Int32Array;
  readonly trace: Int32Array;
  /** The memory at the end. */
  readonly memory: Int32Array;
  /** The error thrown; '' if none was. */
  readonly error: string;
}

/** Runs `schedule` (Execution.schedule) as coroutines. The core must be hooked. */
export function recordCourse(core: Core, prepared: Prepared, schedule: readonly number[]): Course {
  const turns: number[] = [];
  const clock: number[] = [];
  const woken: number[] = [];
  const trace: number[] = [];
  function listenTo(host: Host): Host {
    return {
      now(ran) {
        const time = host.now(ran);
        clock.push(time);
        return time;
      },
      notify(index, count) {
        const n = host.notify(index, count);
        woken.push(n);
        return n;
      },
      access: (...all) => host.access(...all),
      get thread() {
        return host.thread;
      },
      dirty: host.dirty,
    };
  }
  const control: Control = {
    ...core,
    $attach: (host) => core.$attach(listenTo(host)),
    $resume(fiber, budget, message) {
      const turn = turns.push(explorer.current, Math.min(budget, LONGEST), MESSAGES.indexOf(message), THREW, 0) - TURN_NUMBERS;
      const value = core.$resume(fiber, budget, message);
      turns[turn + 3] = value;
      turns[turn + 4] = value < 0 && core.$pendingIndex() < 0 ? 0 : core.$pendingIndex();
      return value;
    },
  };
  const explorer = new Explorer({
    core: control,
    template: prepared.template,
    threads: prepared.threads,
    strategy: new Replay(schedule),
    stepLimit: prepared.stepLimit,
    monitors: [{ access: (...all) => trace.push(...all) }],
  });
  const { error } = explorer.run(0);
  return {
    template: prepared.template,
    turns: Int32Array.from(turns),
    clock: Float64Array.from(clock),
    woken: Int32Array.from(woken),
    trace: Int32Array.from(trace),
    memory: explorer.m.slice(),
    error: error === null ? '' : String(error),
  };
}
