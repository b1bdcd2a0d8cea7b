/** The caller's callbacks. A callback that throws or rejects ends the machine. */
import type { RuntimeOptions } from '../api.ts';
import type { Ending } from './ending.ts';

type Callbacks = Pick<RuntimeOptions, 'onCycle' | 'onScavenge' | 'onTrace' | 'onTick'>;

/** Callbacks for the watcher; none returns a promise. */
export interface Heard extends Callbacks {
  /** Resolves when all promises that callbacks returned are settled. */
  settled(): Promise<void>;
}

/** Wraps the callbacks of `options`. If a promise of one rejects, `ending` fails with its reason. */
export function hearCallbacks({ onCycle, onScavenge, onTrace, onTick }: Callbacks, ending: Ending): Heard {
  const pending = new Set<Promise<unknown>>();
  function heard<Arg>(callback: ((arg: Arg) => unknown) | undefined): ((arg: Arg) => void) | undefined {
    if (callback === undefined) return undefined;
    return (arg) => {
      const answer = callback(arg);
      if (!isThenable(answer)) return;
      const settling = Promise.resolve(answer).catch((error: unknown) => ending.fail(error)).finally(() => pending.delete(settling));
      pending.add(settling);
    };
  }
  return {
    onCycle: heard(onCycle),
    onScavenge: heard(onScavenge),
    onTrace: heard(onTrace),
    onTick: heard(onTick),
    async settled() {
      await Promise.all(pending);
    },
  };
}

function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return typeof (answer as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
