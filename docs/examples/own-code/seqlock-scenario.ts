/** One thread writes, and two read. The spec is a number. */
import type { Seqlock } from './seqlock.ts';

export function seqlockScenario(make: () => Seqlock) {
  return {
    setup: make,
    operations: [[['write', 1], ['write', 2]], [['read'], ['read']], [['read']]],
    spec: {
      init: () => ({ value: 0 }),
      write(model: { value: number }, value: number): void {
        model.value = value;
      },
      read: ({ value }: { value: number }) => value,
    },
    // A torn pair is read again.
    racy: ['read', 'write'],
  };
}
