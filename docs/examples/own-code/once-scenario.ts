/** Two threads ask for a value that may be made only once. */
import type { Once } from './once.ts';

export function onceScenario(makeOnce: () => Once) {
  function setup() {
    return { once: makeOnce(), made: new Uint32Array(new SharedArrayBuffer(4)) };
  }
  type State = ReturnType<typeof setup>;

  function ask({ once, made }: State): number {
    return once.get(() => 0.5 + Atomics.add(made, 0, 1));
  }

  return {
    setup,
    threads: [ask, ask],
    check: ({ made }: State, values: number[]) => (made[0] === 1 && values.every((value) => value === 0.5) ? '' : `made ${made[0]} times; the threads have got ${values}`),
  };
}
