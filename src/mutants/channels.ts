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
  {
    name: 'chan-sendx-kept',
    history: 'constructed',
    breaks: 'who receives from a full buffer and lets a sender fill the place does not say where the next send goes: it overwrites an element',
    file: 'src/runtime/chan.ts',
    find: `    m[c + SENDX] = m[c + RECVX];
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'chan-overtakes',
    history: 'constructed',
    breaks: 'a sender that waits is served before the elements in the buffer, which were sent earlier',
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
    breaks: 'who waits when the channel is closed is told that its zero was sent',
    file: 'src/runtime/chan.ts',
    find: `    m[m[sg + SG_G] + CHANOK] = 0;
    m[sg + LINK] = 0;`,
    replace: '    m[sg + LINK] = 0;',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-locks-same-twice',
    history: 'constructed',
    breaks: 'a select with the same channel in two cases locks it twice, and waits for itself',
    file: 'src/runtime/select.ts',
    find: '    if (c !== last) lock(m, mp, c + LOCK);',
    replace: '    lock(m, mp, c + LOCK);',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-unordered',
    history: 'constructed',
    breaks: 'a select locks its channels as its cases name them: two selects wait for each other',
    file: 'src/runtime/select.ts',
    find: `    while (at > 0 && getSlot(m, gp, cases[at - 1].chan) > c) at--;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-sends-on-recvq',
    history: 'constructed',
    breaks: 'a select that waits to send is queued among those that wait to receive',
    file: 'src/runtime/select.ts',
    find: 'c + (sends ? SENDQ : RECVQ)',
    replace: 'c + (sends ? RECVQ : RECVQ)',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waitlock-kept',
    history: 'constructed',
    breaks: 'the lock that a goroutine parked under is released once more when the next parks under none',
    file: 'src/runtime/schedule.ts',
    find: `  m[mp + WAITLOCK] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
];
