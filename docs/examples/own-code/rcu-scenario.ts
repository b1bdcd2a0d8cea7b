/** One thread writes, and two read. The spec is a number. */
import type { Rcu } from './rcu.ts';

export function rcuScenario(make: (readers: number) => Rcu) {
  return {
    setup: () => make(2),
    operations: [[['write', 2], ['write', 3]], [['read', 0], ['read', 0]], [['read', 1]]],
    spec: {
      init: () => ({ value: 1 }),
      write(model: { value: number }, value: number): void {
        model.value = value;
      },
      read: ({ value }: { value: number }) => value,
    },
  };
}
