/** The scheduler: idle Ms and their notes, queues, Ms that stop or exit, counts that other Ms rely on. */
import type { KnownBug } from './known-bug.ts';

export const SCHEDULING: readonly KnownBug[] = [
  {
    name: 'park-cleared-late',
    history: 'constructed',
    breaks: 'a helper clears its note after it has entered the idle list: a wake-up is lost',
    file: 'src/runtime/idle.ts',
    find: `    notesleep(m, mp + XPARK);
    noteclear(m, mp + XPARK);
    if (m[mp + HELPGC] === 0) {
      if (takeGranted(m, mp)) break;
      continue;
    }
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
    breaks: 'a helper clears helpgc when it may already be set for the next cycle',
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
    breaks: 'an M counts as stopped before it is on the idle list: starttheworld misses it',
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
    breaks: 'the last P to stop wakes the waiting collector before its status is gcstop',
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
    breaks: 'gcwaiting is set before stopwait',
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
    breaks: 'started Ms still see gcwaiting set and stop again uncounted',
    file: 'src/runtime/world.ts',
    find: `  Atomics.store(m, XGCWAITING, 0);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.running);
  let granted = 0;
  for (let i = 0; i < m[NPROCS]; i++) {
    const pp = pAt(m, i);
    if (pp === m[mp + M_P] || Atomics.load(m, pp + P_XSTATUS) === P_STATUS.dead) continue;
    const owner = m[pp + P_M];
    if (!mremoveLocked(m, owner)) {
      // Its M is still in its system call, or still to run: restore the P's status.
      Atomics.store(m, pp + P_XSTATUS, m[owner + NEXTP] === pp ? P_STATUS.granted : P_STATUS.syscall);
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
      // Its M is still in its system call, or still to run: restore the P's status.
      Atomics.store(m, pp + P_XSTATUS, m[owner + NEXTP] === pp ? P_STATUS.granted : P_STATUS.syscall);
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
    breaks: 'a yielding goroutine is queued while its status is running',
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
    breaks: 'an M decrements stopwait before its P is dead',
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
    breaks: 'an M that exits while spinning stays in the spinning count',
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
    breaks: 'wakep finds no idle P and leaves the spinning count raised',
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
    breaks: 'a goroutine appended to the global queue keeps its link from another list',
    file: 'src/runtime/runq.ts',
    find: `function globrunqputLocked(m: Mem, gp: GRef): void {
  m[gp + SCHEDLINK] = 0;`,
    replace: 'function globrunqputLocked(m: Mem, gp: GRef): void {',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'helpgc-set-outside',
    history: 'constructed',
    breaks: 'helpgc is set for the first helper alone',
    file: 'src/runtime/world.ts',
    find: `    if (helper === 0) fatal('HELPGC_NOT_ENOUGH_MS', { nproc });
    m[helper + HELPGC] = n;`,
    replace: `    if (helper === 0) fatal('HELPGC_NOT_ENOUGH_MS', { nproc });
    if (n === 1) m[helper + HELPGC] = n;`,
    scenarios: ['whole-cycle'],
  },
];
