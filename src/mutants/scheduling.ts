/** The scheduler: idle Ms and their notes, queues, Ms that stop or leave, numbers that others count on. */
import type { KnownBug } from './known-bug.ts';

export const SCHEDULING: readonly KnownBug[] = [
  {
    name: 'park-cleared-late',
    history: 'constructed',
    breaks: 'the note of a helper is cleared when it is on the list of idle Ms already: a wake-up is lost',
    file: 'src/runtime/idle.ts',
    find: `    notesleep(m, mp + XPARK);
    noteclear(m, mp + XPARK);
    if (m[mp + HELPGC] === 0) break;
    markWithOthers(m, mp);
    m[mp + HELPGC] = 0;
    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);
`,
    replace: `    notesleep(m, mp + XPARK);
    if (m[mp + HELPGC] === 0) { noteclear(m, mp + XPARK); break; }
    markWithOthers(m, mp);
    m[mp + HELPGC] = 0;
    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);
    noteclear(m, mp + XPARK);
`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'helpgc-cleared-late',
    history: 'constructed',
    breaks: 'a helper forgets that it is one when it may have been asked again',
    file: 'src/runtime/idle.ts',
    find: `    m[mp + HELPGC] = 0;
    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);`,
    replace: `    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);
    m[mp + HELPGC] = 0;`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'stopped-listed-late',
    history: 'constructed',
    breaks: 'an M counts as stopped before it is on the list of idle ones: who starts the world misses it',
    file: 'src/runtime/world.ts',
    find: `  countStoppedLocked(m);
  mputLocked(m, mp);
  unlock(m, mp, SCHED_LOCK);
  stopm(m, mp, PHASE.stopped);
  if (gp`,
    replace: `  countStoppedLocked(m);
  unlock(m, mp, SCHED_LOCK);
  lock(m, mp, SCHED_LOCK);
  mputLocked(m, mp);
  unlock(m, mp, SCHED_LOCK);
  stopm(m, mp, PHASE.stopped);
  if (gp`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'stopped-counted-early',
    history: 'constructed',
    breaks: 'the last P to stop wakes who waits before it says that it has stopped',
    file: 'src/runtime/world.ts',
    find: `  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  countStoppedLocked(m);
  mputLocked(m, mp);`,
    replace: `  countStoppedLocked(m);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);
  mputLocked(m, mp);`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'gcwaiting-before-stopwait',
    history: 'constructed',
    breaks: 'Ms are asked to stop before it is known how many are to be waited for',
    file: 'src/runtime/world.ts',
    find: `  lock(m, mp, SCHED_LOCK);
  const nprocs = m[NPROCS];
  m[STOPWAIT] = nprocs - 1;
  Atomics.store(m, XGCWAITING, 1);`,
    replace: `  Atomics.store(m, XGCWAITING, 1);
  lock(m, mp, SCHED_LOCK);
  const nprocs = m[NPROCS];
  m[STOPWAIT] = nprocs - 1;`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'gcwaiting-cleared-late',
    history: 'constructed',
    breaks: 'Ms that were started find the world still to be stopped, and stop again uncounted',
    file: 'src/runtime/world.ts',
    find: `  Atomics.store(m, XGCWAITING, 0);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.running);
  let granted = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    if (pp === m[mp + M_P] || Atomics.load(m, pp + P_XSTATUS) === P_STATUS.dead) continue;
    const owner = m[pp + P_M];
    if (!mremoveLocked(m, owner)) {
      // Its M is still in its system call: restore the P's status.
      Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
    } else if (m[owner + CURG] !== 0 || !runqempty(m, pp) || Atomics.load(m, XSHUTDOWN) !== 0) {
      // The M has a goroutine to resume or queued work, or it must leave: the shutdown has woken
      // only the Ms that were idle then.
      grantLocked(m, pp, false);
      m[owner + M.at.schedlink] = granted;
      granted = owner;
    } else {
      mputLocked(m, owner);
      pidleputLocked(m, pp);
    }
  }
  unlock(m, mp, SCHED_LOCK);
  while (granted !== 0) {
    const next = m[granted + M.at.schedlink];
    notewakeup(m, granted + XPARK);
    granted = next;
  }
  // The global queue may hold more work than the running Ps take: wake one more.
`,
    replace: `  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.running);
  let granted = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    if (pp === m[mp + M_P] || Atomics.load(m, pp + P_XSTATUS) === P_STATUS.dead) continue;
    const owner = m[pp + P_M];
    if (!mremoveLocked(m, owner)) {
      // Its M is still in its system call: restore the P's status.
      Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
    } else if (m[owner + CURG] !== 0 || !runqempty(m, pp) || Atomics.load(m, XSHUTDOWN) !== 0) {
      // The M has a goroutine to resume or queued work, or it must leave: the shutdown has woken
      // only the Ms that were idle then.
      grantLocked(m, pp, false);
      m[owner + M.at.schedlink] = granted;
      granted = owner;
    } else {
      mputLocked(m, owner);
      pidleputLocked(m, pp);
    }
  }
  unlock(m, mp, SCHED_LOCK);
  while (granted !== 0) {
    const next = m[granted + M.at.schedlink];
    notewakeup(m, granted + XPARK);
    granted = next;
  }
  Atomics.store(m, XGCWAITING, 0);
`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'yield-queued-early',
    history: 'constructed',
    breaks: 'a goroutine that yields is on the queue while it still counts as running',
    file: 'src/runtime/schedule.ts',
    find: `  dropg(m, mp, gp, G_STATUS.runnable);
  globrunqput(m, mp, gp);`,
    replace: `  globrunqput(m, mp, gp);
  dropg(m, mp, gp, G_STATUS.runnable);`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'dead-said-late',
    history: 'constructed',
    breaks: 'an M leaves the count of those to be waited for before its P is dead',
    file: 'src/runtime/schedule.ts',
    find: `  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.dead);
  if (Atomics.load(m, XGCWAITING) !== 0) {
    m[STOPWAIT]--;
    if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);
  }
  unlock(m, mp, SCHED_LOCK);`,
    replace: `  if (Atomics.load(m, XGCWAITING) !== 0) {
    m[STOPWAIT]--;
    if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);
  }
  unlock(m, mp, SCHED_LOCK);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.dead);`,
    scenarios: ['end-while-stopped'],
  },
  {
    name: 'exit-still-spinning',
    history: 'constructed',
    breaks: 'an M that leaves while it looks for work counts as looking for ever',
    file: 'src/runtime/schedule.ts',
    find: `  lock(m, mp, SCHED_LOCK);
  if (m[mp + SPINNING] !== 0) {
    m[mp + SPINNING] = 0;
    Atomics.sub(m, XNMSPINNING, 1);
  }
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.dead);`,
    replace: `  lock(m, mp, SCHED_LOCK);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.dead);`,
    scenarios: ['stop-the-world', 'end-while-stopped'],
  },
  {
    name: 'wakep-keeps-spinning',
    history: 'constructed',
    breaks: 'who finds no idle P to wake leaves it counted as looking for work',
    file: 'src/runtime/idle.ts',
    find: `    unlock(m, mp, SCHED_LOCK);
    Atomics.sub(m, XNMSPINNING, 1);
    return;`,
    replace: `    unlock(m, mp, SCHED_LOCK);
    return;`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'global-link-kept',
    history: 'constructed',
    breaks: 'a goroutine comes to the end of the global queue with the link of the list that it was on before',
    file: 'src/runtime/runq.ts',
    find: `function globrunqputLocked(m: Mem, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;`,
    replace: 'function globrunqputLocked(m: Mem, gp: GRef): void {',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'helpgc-set-outside',
    history: 'constructed',
    breaks: 'only the first helper is told that it helps',
    file: 'src/runtime/world.ts',
    find: `    if (helper === 0) fatal('HELPGC_NOT_ENOUGH_MS', { nproc });
    m[helper + HELPGC] = n;`,
    replace: `    if (helper === 0) fatal('HELPGC_NOT_ENOUGH_MS', { nproc });
    if (n === 1) m[helper + HELPGC] = n;`,
    scenarios: ['whole-cycle'],
  },
];
