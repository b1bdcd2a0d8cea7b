/** Edges of stopping and starting the world, of scheduling, and of a cycle. */
import { edgesOf } from './edge.ts';

export const WORLD_EDGES = [
  ...edgesOf('world', 'src/runtime/world.ts', [
    ['an M stopped at a safe point', 'P_STATUS.gcstop);\n  @countStoppedLocked(m);'],
    ['the stop had to wait', 'if (wait) {@'],
    ['the stop took a P in a system call, or gone', 'isStoppableNow(m, i, takesGranted)) @m[STOPWAIT]--;'],
    ['the stop took an idle P', 'Atomics.store(m, pp + P_XSTATUS, P_STATUS.gcstop);\n    @m[STOPWAIT]--;'],
    ['a P entering a system call counted as stopped', '=== P_STATUS.syscall\n  ) {@'],
    ['an M left its system call into a stopped world', 'unlock(m, mp, SCHED_LOCK);\n      @stopm(m, mp, PHASE.stopped);'],
    ['an M left its system call as the world started', '} else {@\n      unlock(m, mp, SCHED_LOCK);'],
    ['the start left an M in its system call, or on its way to its P', 'if (!mremoveLocked(m, owner)) {@'],
    ['the start let an M go on', '@granted = owner;'],
    ['the start left a P idle', '} else {@\n      mputLocked(m, owner);'],
    ['waited for worldsema', '@semacquire(m, XWORLDSEMA);'],
    ['a helper was woken', '@m[helper + HELPGC] = n;'],
  ]),
  ...edgesOf('world', 'src/runtime/idle.ts', [
    ['an idle or stopped M helped to mark', '@markWithOthers(m, mp);'],
    ['an M stopped while it looked for work', 'if (m[mp + SPINNING] === 0) return;\n  @m[mp + SPINNING] = 0;'],
    ['a woken M found its P taken back', '@m[mp + NEXTP] = 0;\n      stopSpinningLocked(m, mp);'],
    ['the world had started when a woken M looked again', '    }\n    @unlock(m, mp, SCHED_LOCK);\n  }\n  m[mp + NEXTP] = 0;'],
  ]),
  ...edgesOf('scheduling', 'src/runtime/idle.ts', [
    ['wakep: one looks for work already', 'if (Atomics.compareExchange(m, XNMSPINNING, 0, 1) !== 0) @return;'],
    ['wakep: no P was idle', 'if (pp === 0) {@'],
    ['wakep woke an M', '@notewakeup(m, woken + XPARK);'],
  ]),
  ...edgesOf('scheduling', 'src/runtime/runq.ts', [
    ['goroutines were stolen', 'const last = (own + n - 1) | 0;@'],
    ['several at once', 'if (n > 1) @Atomics.store(m, pp + XRUNQTAIL, last);'],
    ['a thief lost the CAS', 'const gp = Atomics.load(m, victim + XRUNQ + ((head + i) & MASK));\n      Atomics.store(m, pp + XRUNQ + ((own + i) & MASK), gp);\n    }\n    if (Atomics.compareExchange(m, victim + XRUNQHEAD, head, (head + n) | 0) !== head) @continue;'],
    ['an owner lost the CAS', '(head + 1) | 0) === head) return gp;@'],
    ['a full queue was halved', 'if (runqputslow(m, mp, pp, gp, head, tail)) @return;'],
  ]),
  ...edgesOf('scheduling', 'src/runtime/schedule.ts', [
    ['an M found work as it went idle', 'takeBack(m, mp, pp)) @return 0;'],
    ['the last that looked had another look', 'if (left === 0 && Atomics.load(m, XNPIDLE) > 0) @wakep(m, mp);'],
    ['the shutdown woke an idle M', '@woken = owner;'],
    ['an M left a world being stopped', 'if (Atomics.load(m, XGCWAITING) !== 0) {@\n    m[STOPWAIT]--;'],
  ]),
  ...edgesOf('cycle', 'src/runtime/gc.ts', [
    ['another had collected meanwhile', 'racyLoad(m, XNEXT_GC_Q)) {@'],
    ['one M marked alone', 'if (m[NPROC] === 1) @return;'],
    ['several Ms marked', 'if (m[NPROC] > 1) @notesleep(m, XALLDONE);'],
    ['swept at once', 'if (records(m)) enterAt(m, mp, DOING.sweep, 0, started);\n  finishSweep(m, mp);@'],
  ]),
];
