/** Goroutines blocked on channels: their queues, their sudogs, and their wake-ups. */
import type { KnownBug } from './known-bug.ts';

export const WAITQ: readonly KnownBug[] = [
  {
    name: 'close-reads-next-late',
    history: 'constructed',
    breaks: 'close reads the next waiter from the sudog of a goroutine that it has woken, which may wait elsewhere by now',
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
    breaks: 'close wakes the first waiter only',
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
    breaks: 'a receiver that close wakes keeps its old value where the zero should be',
    file: 'src/runtime/chan.ts',
    find: `    clearPointers(m, m[sg + ELEM], m[c + ELEMSIZE] >> 2);
    m[m[sg`,
    replace: '    m[m[sg',
    scenarios: ['channels-close'],
  },
  {
    name: 'chan-wakes-before-copy',
    history: 'constructed',
    breaks: 'a receiver is readied before its element is stored',
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
    breaks: 'a received element stays in the buffer and keeps its object alive',
    file: 'src/runtime/chan.ts',
    find: `  clearPointers(m, place, m[c + ELEMSIZE] >> 2);
`,
    replace: '',
    scenarios: ['channels'],
  },
  {
    name: 'chan-qcount-kept',
    history: 'constructed',
    breaks: 'a received element still counts in the buffer',
    file: 'src/runtime/chan.ts',
    find: `  m[c + QCOUNT]--;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'select-left-unlocked',
    history: 'constructed',
    breaks: 'a select leaves the queues of its other channels without their locks',
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
    breaks: 'a select stays on the queues of its other channels',
    file: 'src/runtime/waitq.ts',
    find: 'if (sudogAt(gp, i) !== sg) leave(m, mp, sudogAt(gp, i));',
    replace: 'if (sudogAt(gp, i) < 0) leave(m, mp, sudogAt(gp, i));',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'wake-says-where-late',
    history: 'constructed',
    breaks: 'a woken goroutine may run before its resume point is set',
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
    breaks: 'a woken goroutine keeps its waiting flag',
    file: 'src/runtime/waitq.ts',
    find: `  m[gp + NWAITS] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waiter-link-kept',
    history: 'constructed',
    breaks: 'a queued sudog keeps its next link from another queue',
    file: 'src/runtime/waitq.ts',
    find: `  m[sg + LINK] = 0;
  if (m[q`,
    replace: '  if (m[q',
    scenarios: ['channels'],
  },
  {
    name: 'waitq-last-kept',
    history: 'constructed',
    breaks: 'the queue keeps its tail after the last sudog has left: the next one is linked behind it',
    file: 'src/runtime/waitq.ts',
    find: `    if (m[q + FIRST] === 0) m[q + LAST] = 0;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'waitq-removed-last-kept',
    history: 'constructed',
    breaks: 'a sudog dequeued from the end is still the tail of the queue',
    file: 'src/runtime/waitq.ts',
    find: `  if (m[q + LAST] === sg) m[q + LAST] = previous;
`,
    replace: '',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'dequeued-still-queued',
    history: 'constructed',
    breaks: 'a dequeued sudog is still flagged as queued and is dequeued again',
    file: 'src/runtime/waitq.ts',
    find: `    m[sg + QUEUE] = 0;
    if (Atomics`,
    replace: '    if (Atomics',
    scenarios: ['channels-crowd'],
  },
  {
    name: 'selected-from-last-time',
    history: 'constructed',
    breaks: 'a goroutine parks with its selectdone flag set: no channel can wake it',
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
