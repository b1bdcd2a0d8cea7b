/** Threads add to a counter while they hold the lock, and await something in between. */
import type { AsyncMutex } from './async-mutex.ts';

export function asyncMutexScenario(make: () => AsyncMutex) {
  function setup() {
    return { mutex: make(), counter: new Int32Array(new SharedArrayBuffer(4)) };
  }

  async function add({ mutex, counter }: ReturnType<typeof setup>): Promise<void> {
    await mutex.lock();
    const before = counter[0];
    await new Promise((resolve) => setTimeout(resolve, 1));
    counter[0] = before + 1;
    mutex.unlock();
  }

  return { setup, threads: [add, add, add], check: ({ counter }: ReturnType<typeof setup>) => counter[0] === 3 || `counted to ${counter[0]}`, races: true };
}
