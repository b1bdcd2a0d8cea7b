/** Lock, note and semaphore: mutual exclusion, and wake-ups that must not be lost. */
import type { KnownBug } from './known-bug.ts';

const LOCK = 'src/sync/lock.ts';
const NOTE = 'src/sync/note.ts';
const SEMAPHORE = 'src/sync/semaphore.ts';

export const LOCKS: readonly KnownBug[] = [
  {
    name: 'lock-without-cas',
    history: 'constructed',
    breaks: 'two Ms see the lock free and both take it',
    file: LOCK,
    find: 'Atomics.load(m, l) === UNLOCKED && Atomics.compareExchange(m, l, UNLOCKED, take) === UNLOCKED',
    replace: 'Atomics.load(m, l) === UNLOCKED && Atomics.store(m, l, take) === take',
    scenarios: ['locks'],
  },
  {
    name: 'unlock-wakes-nobody',
    history: 'constructed',
    breaks: 'a waiter asleep on the lock sleeps for ever',
    file: LOCK,
    find: 'Atomics.exchange(m, l, UNLOCKED) === SLEEPING',
    replace: 'Atomics.exchange(m, l, UNLOCKED) > SLEEPING',
    scenarios: ['locks'],
  },
  {
    name: 'lock-forgets-sleepers',
    history: 'constructed',
    breaks: 'a woken waiter takes the lock without the sleeper mark: the other sleepers are never woken',
    file: LOCK,
    find: 'take = SLEEPING;',
    replace: '',
    scenarios: ['locks'],
  },
  {
    name: 'unlock-clears-owner-late',
    history: 'constructed',
    breaks: "the lock is released before its owner is cleared: the next owner's name is cleared",
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
    breaks: 'a waiter that goes to sleep between the load and the release of the lock is not woken',
    file: LOCK,
    find: 'if (Atomics.exchange(m, l, UNLOCKED) === SLEEPING) futexwakeup(m, l, 1);',
    replace: 'const key = Atomics.load(m, l); Atomics.store(m, l, UNLOCKED); if (key === SLEEPING) futexwakeup(m, l, 1);',
    scenarios: ['locks'],
  },
  {
    name: 'note-wakes-first',
    history: 'constructed',
    breaks: 'a sleeper that reads the note before it is set goes to sleep after the wake-up',
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
    breaks: 'a woken sleeper finds the note still clear and sleeps again, for ever',
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
    breaks: 'two Ms acquire the last count',
    file: SEMAPHORE,
    find: 'if (Atomics.compareExchange(m, sema, count, count - 1) === count) return true;',
    replace: 'Atomics.store(m, sema, count - 1); return true;',
    scenarios: ['semaphore'],
  },
  {
    name: 'semaphore-wakes-nobody',
    history: 'constructed',
    breaks: 'a release that finds the count at 0 wakes no waiter',
    file: SEMAPHORE,
    find: `  Atomics.add(m, sema, 1);
  futexwakeup(m, sema, 1);`,
    replace: '  if (Atomics.add(m, sema, 1) > 0) futexwakeup(m, sema, 1);',
    scenarios: ['semaphore'],
  },
];
