/** Stopping and starting the world, helping a collection, waiting in a system call. */
import type { KnownBug } from './known-bug.ts';

export const STOPPING: readonly KnownBug[] = [
  {
    name: 'start-stops-at-idle',
    history: 'golang/go dbcfed93e7',
    breaks: 'the scan for runnable Ps ends at the first P without work: goroutines of the Ps after it never run',
    file: 'src/runtime/world.ts',
    find: `      mputLocked(m, owner);
      pidleputLocked(m, pp);
    }`,
    replace: `      mputLocked(m, owner);
      pidleputLocked(m, pp);
      break;
    }`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'syscall-not-stopped',
    history: 'golang/go issue 15051',
    breaks: 'stoptheworld waits for the P of an M in a system call, and that M waits for the world to start',
    file: 'src/runtime/world.ts',
    find: '  return Atomics.compareExchange(m, word, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall;\n}',
    replace: '  return false;\n}',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'syscall-unannounced',
    history: 'golang/go issue 15051',
    breaks: 'an M that enters a system call while the world is being stopped is not counted: stoptheworld waits for its P for ever',
    file: 'src/runtime/world.ts',
    find: '  if (Atomics.load(m, XGCWAITING) === 0) return;\n  lock(m, mp, SCHED_LOCK);',
    replace: '  if (m[STOPWAIT] >= 0) return;\n  lock(m, mp, SCHED_LOCK);',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'helper-mcache-restored',
    history: 'golang/go 373e1e94d8',
    breaks: 'a helper restores the MCache it had before marking, with spans that were returned meanwhile',
    file: 'src/runtime/idle.ts',
    find: `    markWithOthers(m, mp);
    m[mp + HELPGC] = 0;`,
    replace: `    const saved: number[] = [];
    for (let i = 0; i < 70; i++) saved.push(m[m[mp + M.at.mcache] + i]);
    markWithOthers(m, mp);
    for (let i = 0; i < 70; i++) m[m[mp + M.at.mcache] + i] = saved[i];
    m[mp + HELPGC] = 0;`,
    scenarios: ['collect-at-once', 'whole-cycle'],
  },
  {
    name: 'stop-forgets-idle',
    history: 'constructed',
    breaks: 'idle Ps are stopped but not subtracted from stopwait',
    file: 'src/runtime/world.ts',
    find: `    Atomics.store(m, pp + P_XSTATUS, P_STATUS.gcstop);
    m[STOPWAIT]--;
  }
  const wait`,
    replace: `    Atomics.store(m, pp + P_XSTATUS, P_STATUS.gcstop);
  }
  const wait`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'stopwait-looked-at-late',
    history: 'constructed',
    breaks: 'the decision to wait is made after unlock: the last P may have stopped by then, and the note stays woken',
    file: 'src/runtime/world.ts',
    find: `  const wait = m[STOPWAIT] > 0;
  unlock(m, mp, SCHED_LOCK);`,
    replace: `  unlock(m, mp, SCHED_LOCK);
  const wait = m[STOPWAIT] > 0;`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'exitsyscall-looks-once',
    history: 'constructed',
    breaks: 'the world starts between the check of the P and the lock: the M puts itself on the idle list and is never woken',
    file: 'src/runtime/world.ts',
    find: `    lock(m, mp, SCHED_LOCK);
    if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !== P_STATUS.syscall) {`,
    replace: `    lock(m, mp, SCHED_LOCK);
    if (racyLoad(m, XSHUTDOWN) >= 0) {`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'stopped-still-spinning',
    history: 'constructed',
    breaks: 'an M that stops while spinning stays in the spinning count: no other M is woken to spin',
    file: 'src/runtime/world.ts',
    find: `  stopSpinningLocked(m, mp);
  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);`,
    replace: '  Atomics.store(m, m[mp + M_P] + P_XSTATUS, P_STATUS.gcstop);',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'granted-without-cas',
    history: 'constructed',
    breaks: 'a woken M takes its P by load and store: the P is stopped in between, and the M runs while the world is stopped',
    file: 'src/runtime/idle.ts',
    find: '  if (Atomics.compareExchange(m, pp + XSTATUS, P_STATUS.granted, P_STATUS.running) !== P_STATUS.granted) {\n    m[mp',
    replace: '  if (Atomics.load(m, pp + XSTATUS) === P_STATUS.granted) Atomics.store(m, pp + XSTATUS, P_STATUS.running);\n  else {\n    m[mp',
    scenarios: ['woken-stopped'],
  },
  {
    name: 'granted-looked-at-once',
    history: 'constructed',
    breaks: 'the world starts between the check of a granted P and the lock: the woken M puts itself on the idle list and is never woken',
    file: 'src/runtime/idle.ts',
    find: '    if (Atomics.compareExchange(m, pp + XSTATUS, P_STATUS.granted, P_STATUS.running) !== P_STATUS.granted) {\n      m[mp',
    replace: '    if (pp !== 0) {\n      m[mp',
    scenarios: ['woken-stopped'],
  },
  {
    name: 'granted-restored-as-syscall',
    history: 'constructed',
    breaks: 'a P that was taken from a woken M is started as one in a system call: its M never takes it',
    file: 'src/runtime/world.ts',
    find: 'm[owner + NEXTP] === pp ? P_STATUS.granted : P_STATUS.syscall);',
    replace: 'P_STATUS.syscall);',
    scenarios: ['woken-stopped'],
  },
  {
    name: 'granted-still-spinning',
    history: 'constructed',
    breaks: 'a woken M whose P was taken back stays in the spinning count: no other M is woken to spin',
    file: 'src/runtime/idle.ts',
    find: '      stopSpinningLocked(m, mp);\n',
    replace: '',
    scenarios: ['woken-stopped'],
  },
  {
    name: 'stopped-with-work-idle',
    history: 'constructed',
    breaks: 'a P that stopped with goroutines in its run queue is started as idle: these never run',
    file: 'src/runtime/world.ts',
    find: '} else if (m[owner + CURG] !== 0 || !runqempty(m, pp) || Atomics.load(m, XSHUTDOWN) !== 0) {',
    replace: '} else if (m[owner + CURG] !== 0 || Atomics.load(m, XSHUTDOWN) !== 0) {',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'start-forgets-shutdown',
    history: 'constructed',
    breaks: 'the main goroutine ends while the world is stopped and wakes the idle Ms only: a stopped M without work never leaves',
    file: 'src/runtime/world.ts',
    find: ' || Atomics.load(m, XSHUTDOWN) !== 0) {\n      // The M has',
    replace: ') {\n      // The M has',
    scenarios: ['end-while-stopped', 'early-end'],
  },
  {
    name: 'exit-not-counted',
    history: 'constructed',
    breaks: 'an M that exits while the world is being stopped stays in stopwait',
    file: 'src/runtime/schedule.ts',
    find: `    m[STOPWAIT]--;
    if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);`,
    replace: '    if (m[STOPWAIT] === 0) notewakeup(m, XSTOPNOTE);',
    scenarios: ['end-while-stopped', 'early-end'],
  },
  {
    name: 'helper-done-before-idle',
    history: 'constructed',
    breaks: 'a helper reports done before it is on the idle list: starttheworld misses it',
    file: 'src/runtime/idle.ts',
    find: `    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);
    helperDone(m);`,
    replace: `    helperDone(m);
    lock(m, mp, SCHED_LOCK);
    mputLocked(m, mp);
    unlock(m, mp, SCHED_LOCK);`,
    scenarios: ['collect-at-once', 'whole-cycle'],
  },
  {
    name: 'helper-told-late',
    history: 'constructed',
    breaks: 'an M is woken before its helpgc is set: it continues as if it had its P back',
    file: 'src/runtime/world.ts',
    find: `    m[helper + HELPGC] = n;
    notewakeup(m, helper + XPARK);`,
    replace: `    notewakeup(m, helper + XPARK);
    m[helper + HELPGC] = n;`,
    scenarios: ['collect-at-once', 'whole-cycle'],
  },
  {
    name: 'idle-without-a-look',
    history: 'constructed',
    breaks: 'an M goes idle while the world is being stopped, after the idle Ps were counted: its P is waited for',
    file: 'src/runtime/schedule.ts',
    find: '  if (Atomics.load(m, XGCWAITING) !== 0 || Atomics.load(m, XSHUTDOWN) !== 0) {\n    unlock',
    replace: '  if (Atomics.load(m, XSHUTDOWN) !== 0) {\n    unlock',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'idle-taken-back-half',
    history: 'constructed',
    breaks: 'an M that finds work at the last look stays on the idle list and is later on it twice',
    file: 'src/runtime/schedule.ts',
    find: `    mremoveLocked(m, mp);
    Atomics.store(m, pp + P_XSTATUS, P_STATUS.running);`,
    replace: '    Atomics.store(m, pp + P_XSTATUS, P_STATUS.running);',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'spinning-given-up-twice',
    history: 'constructed',
    breaks: 'an M without work decrements the spinning count though it was not spinning',
    file: 'src/runtime/schedule.ts',
    find: '  if (wasSpinning) Atomics.sub(m, XNMSPINNING, 1);',
    replace: '  Atomics.sub(m, XNMSPINNING, 1);',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'parked-lock-let-go-early',
    history: 'constructed',
    breaks: "the lock of a park is released before the goroutine's status is waiting: it is readied while it runs",
    file: 'src/runtime/schedule.ts',
    find: `  m[mp + WAITLOCK] = 0;
  dropg(m, mp, gp, G_STATUS.waiting);
  if (waitlock === gp) unlockWaited(m, mp, gp);
  else if (waitlock !== 0) unlock(m, mp, waitlock);`,
    replace: `  m[mp + WAITLOCK] = 0;
  if (waitlock === gp) unlockWaited(m, mp, gp);
  else if (waitlock !== 0) unlock(m, mp, waitlock);
  dropg(m, mp, gp, G_STATUS.waiting);`,
    scenarios: ['stop-the-world', 'channels'],
  },
];
