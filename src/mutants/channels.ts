/** Channels and select. */
import type { KnownBug } from './known-bug.ts';

export const CHANNELS: readonly KnownBug[] = [
  {
    name: 'chan-parks-unlocked',
    history: 'constructed',
    breaks: 'a goroutine enters the queue of an unlocked channel before its status is waiting: another goroutine dequeues and readies it while it still runs',
    file: 'src/runtime/chan.ts',
    find: 'm[mp + WAITLOCK] = c + LOCK;',
    replace: 'unlock(m, mp, c + LOCK);',
    scenarios: ['channels'],
  },
  {
    name: 'chan-copies-late',
    history: 'constructed',
    breaks: 'the element is stored after the receiver is readied: the receiver may run first and find nothing',
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
    breaks: 'two channels dequeue the same goroutine: it gets two elements and is readied twice',
    file: 'src/runtime/waitq.ts',
    find: 'if (Atomics.compareExchange(m, m[sg + SG_G] + XSELECTED, 0, 1) === 0) return sg;',
    replace: 'if (Atomics.load(m, m[sg + SG_G] + XSELECTED) === 0) { Atomics.store(m, m[sg + SG_G] + XSELECTED, 1); return sg; }',
    scenarios: ['channels'],
  },
  {
    name: 'chan-sendx-kept',
    history: 'constructed',
    breaks: 'a receive from a full buffer lets a blocked sender fill the slot without advancing the send index: the next send overwrites an element',
    file: 'src/runtime/chan.ts',
    find: `    m[c + SENDX] = m[c + RECVX];
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'chan-overtakes',
    history: 'constructed',
    breaks: 'a blocked sender is served before the elements in the buffer, which were sent earlier',
    file: 'src/runtime/chan.ts',
    find: `  if (m[c + QCOUNT] > 0) {
    m[gp + CHANOK] = 1;
    return recvBufferedLocked(m, c, to);
  }
  const sender = dequeueWaiterLocked(m, c + SENDQ);
  if (sender !== 0) {
    copyElem(m, c, to, m[sender + ELEM]);
    m[gp + CHANOK] = 1;
    return sender;
  }`,
    replace: `  const sender = dequeueWaiterLocked(m, c + SENDQ);
  if (sender !== 0) {
    copyElem(m, c, to, m[sender + ELEM]);
    m[gp + CHANOK] = 1;
    return sender;
  }
  if (m[c + QCOUNT] > 0) {
    m[gp + CHANOK] = 1;
    return recvBufferedLocked(m, c, to);
  }`,
    scenarios: ['channels-crowd'],
  },
  {
    name: 'close-says-ok',
    history: 'constructed',
    breaks: 'a receiver that close wakes reports its zero as a sent value',
    file: 'src/runtime/chan.ts',
    find: `    m[m[sg + SG_G] + CHANOK] = 0;
    m[sg + LINK] = 0;`,
    replace: '    m[sg + LINK] = 0;',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-locks-same-twice',
    history: 'constructed',
    breaks: 'a select with the same channel in two cases locks it twice and deadlocks with itself',
    file: 'src/runtime/select.ts',
    find: '    if (c !== last) lock(m, mp, c + LOCK);',
    replace: '    lock(m, mp, c + LOCK);',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-unordered',
    history: 'constructed',
    breaks: 'a select locks its channels in the order of its cases: two selects deadlock',
    file: 'src/runtime/select.ts',
    find: `    while (at > 0 && getSlot(m, gp, cases[at - 1].chan) > c) at--;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-sends-on-recvq',
    history: 'constructed',
    breaks: 'a select blocked on a send enters the queue of receivers',
    file: 'src/runtime/select.ts',
    find: 'c + (sends ? SENDQ : RECVQ)',
    replace: 'c + (sends ? RECVQ : RECVQ)',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waitlock-kept',
    history: 'constructed',
    breaks: 'the lock of one park is released again by the next park, which has none',
    file: 'src/runtime/schedule.ts',
    find: `  m[mp + WAITLOCK] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
];
