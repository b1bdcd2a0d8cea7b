/** System calls while the world is stopped, helpers, and the ends of parallel loops and queues. */
import type { KnownBug } from './known-bug.ts';

export const CALLS: readonly KnownBug[] = [
  {
    name: 'parfor-undone-late',
    history: 'constructed',
    breaks: 'an idle thief withdraws its done mark only after it has stolen: the others may have left by then',
    file: 'src/sync/parfor.ts',
    find: `      if (idle) {
        idle = false;
        Atomics.sub(m, desc + XDONE, 1);
      }
      const middle = begin + ((end - begin) >> 1);
      if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;`,
    replace: `      const middle = begin + ((end - begin) >> 1);
      if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;
      if (idle) {
        idle = false;
        Atomics.sub(m, desc + XDONE, 1);
      }`,
    scenarios: ['parfor-idle'],
    // All other threads must end between two accesses of this one; an execution takes 0.1 ms.
    executions: 20_000,
  },
  {
    name: 'parfor-thief-still-done',
    history: 'constructed',
    breaks: 'an idle thread that found work still counts as done',
    file: 'src/sync/parfor.ts',
    find: `        idle = false;
        Atomics.sub(m, desc + XDONE, 1);`,
    replace: '        idle = false;',
    scenarios: ['parfor-idle'],
  },
  {
    name: 'exitsyscall-without-cas',
    history: 'constructed',
    breaks: 'exitsyscall retakes the P by load and store: the P is stopped in between and runs while the world is stopped',
    file: 'src/runtime/world.ts',
    find: `  if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !== P_STATUS.syscall) {
    lock(m, mp, SCHED_LOCK);`,
    replace: `  if (Atomics.load(m, pp + P_XSTATUS) === P_STATUS.syscall) Atomics.store(m, pp + P_XSTATUS, P_STATUS.running);
  else {
    lock(m, mp, SCHED_LOCK);`,
    scenarios: ['system-calls'],
  },
  {
    name: 'syscall-g-late',
    history: 'constructed',
    breaks: "the P's status is syscall before its goroutine's: the P can be stopped in between",
    file: 'src/runtime/world.ts',
    find: `  Atomics.store(m, gp + G_XSTATUS, G_STATUS.syscall);
  Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);`,
    replace: `  Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
  Atomics.store(m, gp + G_XSTATUS, G_STATUS.syscall);`,
    scenarios: ['system-calls'],
    executions: 10000,
  },
  {
    name: 'syscall-left-early',
    history: 'constructed',
    breaks: 'a goroutine counts as running before its M has the P back',
    file: 'src/runtime/world.ts',
    find: `  const pp = m[mp + M_P];
  if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !==`,
    replace: `  const pp = m[mp + M_P];
  Atomics.store(m, m[mp + CURG] + G_XSTATUS, G_STATUS.running);
  if (Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.running) !==`,
    scenarios: ['system-calls'],
  },
  {
    name: 'syscall-p-taken-plainly',
    history: 'constructed',
    breaks: 'stoptheworld takes a P in a system call by load and store while its M leaves the call',
    file: 'src/runtime/world.ts',
    find: `  return Atomics.compareExchange(m, word, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall;
}`,
    replace: `  if (Atomics.load(m, word) !== P_STATUS.syscall) return false;
  Atomics.store(m, word, P_STATUS.gcstop);
  return true;
}`,
    scenarios: ['system-calls'],
  },
  {
    name: 'syscall-start-forgets',
    history: 'constructed',
    breaks: 'starttheworld leaves the P of an M in a system call stopped',
    file: 'src/runtime/world.ts',
    find: `      Atomics.store(m, pp + P_XSTATUS, m[owner + NEXTP] === pp ? P_STATUS.granted : P_STATUS.syscall);
    } else if`,
    replace: '    } else if',
    scenarios: ['system-calls'],
  },
  {
    name: 'syscall-counted-twice',
    history: 'constructed',
    breaks: 'a P that enters a system call is counted as stopped twice: the stop has already taken it',
    file: 'src/runtime/world.ts',
    find: `    m[STOPWAIT] > 0 &&
    Atomics.compareExchange(m, pp + P_XSTATUS, P_STATUS.syscall, P_STATUS.gcstop) === P_STATUS.syscall`,
    replace: '    m[STOPWAIT] > 0',
    scenarios: ['system-calls'],
  },
  {
    name: 'helper-nproc-read-late',
    history: 'constructed',
    breaks: 'nproc is read after this helper was counted: the next cycle may have changed it',
    file: 'src/gc/helper.ts',
    find: `  const nproc = m[NPROC];
  if (Atomics.add(m, XNDONE, 1) === nproc - 2)`,
    replace: '  if (Atomics.add(m, XNDONE, 1) === m[NPROC] - 2)',
    scenarios: ['helpers-done'],
  },
  {
    name: 'spill-link-kept',
    history: 'constructed',
    breaks: 'the last goroutine of a spill keeps its schedlink to a goroutine on another queue',
    file: 'src/runtime/runq.ts',
    find: `  m[previous + SCHEDLINK] = gp;
  m[gp + SCHEDLINK] = 0;
`,
    replace: `  m[previous + SCHEDLINK] = gp;
`,
    scenarios: ['runq-spill'],
  },
  {
    name: 'steal-counted-whole',
    history: 'constructed',
    breaks: "a steal counts all of its victim's iterations",
    file: 'src/sync/parfor.ts',
    find: 'Atomics.add(m, desc + XNSTEALCNT, end - middle);',
    replace: 'Atomics.add(m, desc + XNSTEALCNT, end - begin);',
    scenarios: ['parfor-pairs'],
  },
  {
    name: 'steals-from-last-time',
    history: 'constructed',
    breaks: 'the steal count is not reset between loops',
    file: 'src/sync/parfor.ts',
    find: `  Atomics.store(m, desc + XNSTEAL, 0);
`,
    replace: '',
    scenarios: ['parfor-pairs'],
  },
  {
    name: 'helper-one-too-many',
    history: 'constructed',
    breaks: 'one more helper is woken than is counted',
    file: 'src/runtime/world.ts',
    find: '  for (let n = 1; n < nproc; n++) {',
    replace: '  for (let n = 1; n <= nproc; n++) {',
    scenarios: ['traced'],
  },
  {
    name: 'park-note-kept',
    history: 'constructed',
    breaks: 'a woken M does not clear its note: it never sleeps again',
    file: 'src/runtime/idle.ts',
    find: `    noteclear(m, mp + XPARK);
`,
    replace: '',
    scenarios: ['traced'],
  },
];
