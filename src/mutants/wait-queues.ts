/** Those who wait on channels: their queues, their records, and who wakes them. */
import type { KnownBug } from './known-bug.ts';

export const WAITQ: readonly KnownBug[] = [
  {
    name: 'close-reads-next-late',
    history: 'constructed',
    breaks: 'the closer reads who is next from the record of one that it has woken, which may wait elsewhere by now',
    file: 'src/runtime/chan.ts',
    find: `    const next = m[first + LINK];
    wake(m, mp, first);
    first = next;`,
    replace: `    wake(m, mp, first);
    first = m[first + LINK];`,
    scenarios: ['channels-close'],
  },
  {
    name: 'close-wakes-one',
    history: 'constructed',
    breaks: 'of those that wait for a closed channel the first is woken',
    file: 'src/runtime/chan.ts',
    find: `    wake(m, mp, first);
    first = next;`,
    replace: `    wake(m, mp, first);
    first = next < 0 ? next : 0;`,
    scenarios: ['channels-close'],
  },
  {
    name: 'close-leaves-element',
    history: 'constructed',
    breaks: 'who waits when the channel is closed keeps what it had where the zero should be',
    file: 'src/runtime/chan.ts',
    find: `    clearPointers(m, m[sg + ELEM], m[c + ELEMSIZE] >> 2);
    m[m[sg`,
    replace: '    m[m[sg',
    scenarios: ['channels-close'],
  },
  {
    name: 'chan-wakes-before-copy',
    history: 'constructed',
    breaks: 'a receiver is let go before its element has come',
    file: 'src/runtime/chan.ts',
    find: `    copyElem(m, c, m[receiver + ELEM], from);
    m[m[receiver + SG_G] + CHANOK] = 1;
    return receiver;`,
    replace: `    m[m[receiver + SG_G] + CHANOK] = 1;
    return receiver;`,
    scenarios: ['channels'],
  },
  {
    name: 'chan-buffer-not-cleared',
    history: 'constructed',
    breaks: 'what was taken from a buffer stays there, and keeps its object',
    file: 'src/runtime/chan.ts',
    find: `  clearPointers(m, place, m[c + ELEMSIZE] >> 2);
`,
    replace: '',
    scenarios: ['channels'],
  },
  {
    name: 'chan-qcount-kept',
    history: 'constructed',
    breaks: 'an element taken from the buffer still counts',
    file: 'src/runtime/chan.ts',
    find: `  m[c + QCOUNT]--;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-left-unlocked',
    history: 'constructed',
    breaks: 'a goroutine is taken off the other channels of its select without their locks',
    file: 'src/runtime/waitq.ts',
    find: `  lock(m, mp, c + LOCK);
  if (m[sg + QUEUE] !== 0) removeLocked(m, m[sg + QUEUE], sg);
  unlock(m, mp, c + LOCK);`,
    replace: '  if (m[sg + QUEUE] !== 0) removeLocked(m, m[sg + QUEUE], sg);',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-stays-on-others',
    history: 'constructed',
    breaks: 'a goroutine stays on the queues of the other channels of its select',
    file: 'src/runtime/waitq.ts',
    find: 'if (sudogAt(gp, i) !== sg) leave(m, mp, sudogAt(gp, i));',
    replace: 'if (sudogAt(gp, i) < 0) leave(m, mp, sudogAt(gp, i));',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'wake-says-where-late',
    history: 'constructed',
    breaks: 'a woken goroutine may run before it is told where to go on',
    file: 'src/runtime/waitq.ts',
    find: `  m[gp + PC] = m[sg + SG_PC];
  ready(m, mp, gp);`,
    replace: `  const pc = m[sg + SG_PC];
  ready(m, mp, gp);
  m[gp + PC] = pc;`,
    scenarios: ['channels'],
  },
  {
    name: 'wake-keeps-waits',
    history: 'constructed',
    breaks: 'a woken goroutine still counts as waiting on channels',
    file: 'src/runtime/waitq.ts',
    find: `  m[gp + NWAITS] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waiter-link-kept',
    history: 'constructed',
    breaks: 'who waits on a channel leads on to who was behind it elsewhere',
    file: 'src/runtime/waitq.ts',
    find: `  m[sg + LINK] = 0;
  if (m[q`,
    replace: '  if (m[q',
    scenarios: ['channels'],
  },
  {
    name: 'waitq-last-kept',
    history: 'constructed',
    breaks: 'the last that leaves a queue is still its last: who comes next is linked behind it',
    file: 'src/runtime/waitq.ts',
    find: `    if (m[q + FIRST] === 0) m[q + LAST] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waitq-removed-last-kept',
    history: 'constructed',
    breaks: 'who leaves a queue from its end is still its last',
    file: 'src/runtime/waitq.ts',
    find: `  if (m[q + LAST] === sg) m[q + LAST] = previous;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'dequeued-still-queued',
    history: 'constructed',
    breaks: 'who was taken off a queue is said to be on it, and is taken off once more',
    file: 'src/runtime/waitq.ts',
    find: `    m[sg + QUEUE] = 0;
    if (Atomics`,
    replace: '    if (Atomics',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'selected-from-last-time',
    history: 'constructed',
    breaks: 'a goroutine begins to wait as one that was let go: nobody can wake it',
    file: 'src/runtime/waitq.ts',
    find: `  Atomics.store(m, gp + XSELECTED, 0);
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'chan-wakes-locked',
    history: 'constructed',
    breaks: 'a sender wakes the receiver before it unlocks the channel',
    file: 'src/runtime/chan.ts',
    find: `  if (sg === WOULD_BLOCK) return waitLocked(m, mp, gp, c, c + SENDQ, elem, pc);
  unlock(m, mp, c + LOCK);
  if (sg !== DONE) wake(m, mp, sg);`,
    replace: `  if (sg === WOULD_BLOCK) return waitLocked(m, mp, gp, c, c + SENDQ, elem, pc);
  if (sg !== DONE) wake(m, mp, sg);
  unlock(m, mp, c + LOCK);`,
    scenarios: ['channels-crowd'],
  },
];
