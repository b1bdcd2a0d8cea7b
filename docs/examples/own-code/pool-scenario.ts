/** Each worker has a deque, and steals when its own is empty. A task of size n makes two of size n - 1. */
import type { Deque } from './deque.ts';

const SIZE = 3;

export function poolScenario(make: (capacity: number) => Deque) {
  function setup() {
    const deques = [make(8), make(8)];
    deques[0].push(SIZE);
    const [done, open] = [new Int32Array(new SharedArrayBuffer(4)), new Int32Array(new SharedArrayBuffer(4))];
    open[0] = 1;
    return { deques, done, open };
  }

  function worker(own: number) {
    return function work({ deques, done, open }: ReturnType<typeof setup>): void {
      while (Atomics.load(open, 0) > 0) {
        const size = deques[own].pop() || deques[1 - own].steal();
        if (size === 0) continue;
        // Count the new tasks before this one is done: the other workers must not leave too early.
        if (size > 1) {
          Atomics.add(open, 0, 2);
          deques[own].push(size - 1);
          deques[own].push(size - 1);
        }
        Atomics.add(done, 0, 1);
        Atomics.sub(open, 0, 1);
      }
    };
  }

  return {
    setup,
    threads: [worker(0), worker(1)],
    check: ({ done }: ReturnType<typeof setup>) => (done[0] === 2 ** SIZE - 1 ? '' : `${done[0]} tasks were done, not ${2 ** SIZE - 1}`),
  };
}
