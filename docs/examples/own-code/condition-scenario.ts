/** One thread waits until another is ready. */
import type { Condition } from './condition.ts';
import { Mutex } from './mutex.ts';

export function conditionScenario(make: () => Condition) {
  function setup() {
    return { mutex: new Mutex(), condition: make(), isReady: new Uint8Array(new SharedArrayBuffer(1)) };
  }
  type State = ReturnType<typeof setup>;

  function waiter({ mutex, condition, isReady }: State): void {
    mutex.lock();
    while (isReady[0] === 0) condition.wait(mutex);
    mutex.unlock();
  }

  function notifier({ mutex, condition, isReady }: State): void {
    mutex.lock();
    isReady[0] = 1;
    mutex.unlock();
    condition.notify(1);
  }

  return { setup, threads: [waiter, notifier] };
}
