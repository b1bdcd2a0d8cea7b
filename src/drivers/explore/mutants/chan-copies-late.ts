import type { KnownBug } from './known-bug.ts';

export const chanCopiesLate: KnownBug = {
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
  scenario: 'channels',
};
