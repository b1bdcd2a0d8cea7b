/** Lock, note and semaphore: mutual exclusion, and wake-ups that must not be lost. */
import type { KnownBug } from './known-bug.ts';

const LOCK = 'src/sync/lock.ts';
const NOTE = 'src/sync/note.ts';
const SEMAPHORE = 'src/sync/semaphore.ts';

export const LOCKS: readonly KnownBug[] = [
  {
    name: 'lock-without-cas',
    history: 'constructed',
    breaks: 'two Ms that find the lock free both take it',
    file: LOCK,
    find: 'Atomics.load(m, l) === UNLOCKED && Atomics.compareExchange(m, l, UNLOCKED, take) === UNLOCKED',
    replace: 'Atomics.load(m, l) === UNLOCKED && Atomics.store(m, l, take) === take',
    scenarios: ['locks'],
  },
  {
    name: 'unlock-wakes-nobody',
    history: 'constructed',
    breaks: 'who sleeps on the lock sleeps for ever',
    file: LOCK,
    find: 'Atomics.exchange(m, l, UNLOCKED) === SLEEPING',
    replace: 'Atomics.exchange(m, l, UNLOCKED) > SLEEPING',
    scenarios: ['locks'],
  },
  {
    name: 'lock-forgets-sleepers',
    history: 'constructed',
    breaks: 'who was woken takes the lock as if nobody else slept on it: the others are never woken',
    file: LOCK,
    find: 'take = SLEEPING;',
    replace: '',
    scenarios: ['locks'],
  },
  {
    name: 'unlock-clears-owner-late',
    history: 'constructed',
    breaks: 'the lock is free before its owner is cleared: the name of the next owner goes',
    file: LOCK,
    find: `  m[l + OWNER] = 0;
  m[mp + HOLDS] = 0;
  if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);`,
    replace: `  m[mp + HOLDS] = 0;
  if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);
  m[l + OWNER] = 0;`,
    scenarios: ['locks'],
  },
  {
    name: 'unlock-by-load-and-store',
    history: 'constructed',
    breaks: 'who goes to sleep between the look at the lock and its release is not woken',
    file: LOCK,
    find: 'if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);',
    replace: 'const key = Atomics.load(m, l); Atomics.store(m, l, UNLOCKED); if (key === SLEEPING) futexwakeup(m, l, 1);',
    scenarios: ['locks'],
  },
  {
    name: 'note-wakes-first',
    history: 'constructed',
    breaks: 'who looks at the note before it is set sleeps after the wake-up',
    file: NOTE,
    find: `  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });
  futexwakeup(m, note, 1);`,
    replace: `  futexwakeup(m, note, 1);
  if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });`,
    scenarios: ['notes'],
  },
  {
    name: 'semaphore-wakes-first',
    history: 'constructed',
    breaks: 'who is woken finds nothing yet and sleeps again, for ever',
    file: SEMAPHORE,
    find: `  Atomics.add(m, sema, 1);
  futexwakeup(m, sema, 1);`,
    replace: `  futexwakeup(m, sema, 1);
  Atomics.add(m, sema, 1);`,
    scenarios: ['semaphore'],
  },
  {
    name: 'semaphore-without-cas',
    history: 'constructed',
    breaks: 'two Ms take the last one',
    file: SEMAPHORE,
    find: 'if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;',
    replace: 'Atomics.store(m, sema, count - 1); return true;',
    scenarios: ['semaphore'],
  },
  {
    name: 'semaphore-wakes-nobody',
    history: 'constructed',
    breaks: 'a release that finds the count at 0 lets nobody in',
    file: SEMAPHORE,
    find: `  Atomics.add(m, sema, 1);
  futexwakeup(m, sema, 1);`,
    replace: '  if (Atomics.add(m, sema, 1) > 0) futexwakeup(m, sema, 1);',
    scenarios: ['semaphore'],
  },
];
