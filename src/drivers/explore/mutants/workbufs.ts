/** Work buffers: get, put, hand off, and the end of marking. */
import type { KnownBug } from './known-bug.ts';

export const WORKBUFS: readonly KnownBug[] = [
  {
    name: 'getfull-keeps-waiting',
    history: 'constructed',
    breaks: 'an M that finds work after a wait still counts as waiting: the others leave early, and the last never sees exactly all wait',
    file: 'src/gc/work.ts',
    find: `Atomics.sub(m, XNWAIT, 1);
      const b = lfstackpop(m, FULL);
      if (b !== 0) return b;
      Atomics.add(m, XNWAIT, 1);`,
    replace: 'const b = lfstackpop(m, FULL); if (b !== 0) return b;',
    scenarios: ['whole-cycle'],
  },
];
