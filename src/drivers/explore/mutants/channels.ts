/** Channels and select. */
import type { KnownBug } from './known-bug.ts';

export const CHANNELS: readonly KnownBug[] = [
  {
    name: 'chan-parks-unlocked',
    history: 'constructed',
    breaks: 'a goroutine is on the queue of an unlocked channel before it counts as waiting: who takes it off readies one that still runs',
    file: 'src/runtime/chan.ts',
    find: 'm[mp + WAITLOCK] = c + LOCK;',
    replace: 'unlock(m, mp, c + LOCK);',
    scenarios: ['channels'],
  },
  {
    name: 'chan-copies-late',
    history: 'constructed',
    breaks: 'the element comes to the receiver only when that is ready: it may run before, and find nothing',
    file: 'src/runtime/chan.ts',
    find: `const sg = sendLocked(m, gp, c, elem);
  if (sg === WOULD_BLOCK) return`,
    replace: `const early = dequeueWaiterLocked(m, c + RECVQ);
  if (early !== 0) {
    m[m[early + SG_G] + CHANOK] = 1;
    unlock(m, mp, c + LOCK);
    wake(m, mp, early);
    copyElem(m, c, m[early + ELEM], elem);
    return pc;
  }
  const sg = sendLocked(m, gp, c, elem);
  if (sg === WOULD_BLOCK) return`,
    scenarios: ['channels'],
  },
  {
    name: 'select-claimed-twice',
    history: 'constructed',
    breaks: 'two channels let the same goroutine go: it gets two elements and is readied twice',
    file: 'src/runtime/waitq.ts',
    find: 'if (Atomics.compareExchange(m, m[sg + SG_G] + XSELECTED, 0, 1) === 0) return sg;',
    replace: 'if (Atomics.load(m, m[sg + SG_G] + XSELECTED) === 0) { Atomics.store(m, m[sg + SG_G] + XSELECTED, 1); return sg; }',
    scenarios: ['channels'],
  },
];
