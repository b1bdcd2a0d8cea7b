/** Threads add to a counter while they hold the lock: no addition may be lost. */
interface Lock {
  lock(): void;
  unlock(): void;
}

interface State {
  readonly lock: Lock;
  readonly counter: BigInt64Array;
}

export function lockScenario(make: () => Lock, threads: number) {
  function add({ lock, counter }: State): void {
    lock.lock();
    counter[0] += 1n;
    lock.unlock();
  }

  return {
    setup: (): State => ({ lock: make(), counter: new BigInt64Array(new SharedArrayBuffer(8)) }),
    threads: Array.from({ length: threads }, () => add),
    check: ({ counter }: State) => (counter[0] === BigInt(threads) ? '' : `${threads} threads have counted to ${counter[0]}`),
  };
}
