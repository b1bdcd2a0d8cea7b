/** The parallel loop: each iteration runs once, and every thread sees the end. */
import type { KnownBug } from './known-bug.ts';

const FILE = 'src/sync/parfor.ts';
const GC = 'src/runtime/gc.ts';
const SETUP = 'parforsetup(m, MARKFOR, m[NPROC], rootCount(m), false);';

export const PARFOR: readonly KnownBug[] = [
  {
    name: 'parfor-end-underflows',
    history: '45636db01b',
    breaks: 'an empty range at 0 ends at 2^32 - 1: thieves steal nothing from it, again and again',
    file: FILE,
    find: 'if (begin + 1 >= end) break;',
    replace: 'if (begin >= (end - 1) >>> 0) break;',
    scenarios: ['parfor-few'],
  },
  {
    name: 'parfor-waits-for-stopped',
    history: '6ae448e8df, #3954',
    breaks: 'the root loop counts all Ps: it waits for stopped ones, which never join',
    file: GC,
    find: SETUP,
    replace: "parforsetup(m, MARKFOR, m[CONFIG + Config.at.nprocs], rootCount(m), true);",
    scenarios: ['whole-cycle'],
  },
  {
    name: 'parfor-shares-for-stopped',
    history: 'as 6ae448e8df, without waiting',
    breaks: 'stopped Ps get ranges of roots; a thief leaves the last of each: a root is never scanned',
    file: GC,
    find: SETUP,
    replace: "parforsetup(m, MARKFOR, m[CONFIG + Config.at.nprocs], rootCount(m), false);",
    scenarios: ['whole-cycle'],
  },
  {
    name: 'parfor-steals-by-store',
    history: 'constructed',
    breaks: "the victim's range is cut without a CAS: iterations taken meanwhile run twice",
    file: FILE,
    find: 'if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;',
    replace: 'Atomics.store(m, victim, begin | (middle << 16));',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-takes-by-store',
    history: 'constructed',
    breaks: "the owner advances by load and store: it undoes a thief's cut",
    file: FILE,
    find: 'const range = Atomics.add(m, pos, 1);',
    replace: 'const range = Atomics.load(m, pos); Atomics.store(m, pos, range + 1);',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-fills-before-it-cuts',
    history: 'constructed',
    breaks: 'a thief publishes the range as its own before its CAS: other thieves steal iterations it does not have',
    file: FILE,
    find: `      if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;
      Atomics.store(m, posOf(desc, tid), middle | (end << 16));`,
    replace: `      Atomics.store(m, posOf(desc, tid), middle | (end << 16));
      if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;`,
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-leaves-silently',
    history: 'constructed',
    breaks: 'the last thread to finish does not count itself done: the others wait for ever',
    file: FILE,
    find: `      if (!idle) Atomics.add(m, desc + XDONE, 1);
      return false;
    }
    const victim`,
    replace: `      return false;
    }
    const victim`,
    scenarios: ['parfor-wait'],
  },
  {
    name: 'parfor-one-short',
    history: 'constructed',
    breaks: 'the loop ends when all threads but one are done',
    file: FILE,
    find: 'Atomics.load(m, desc + XDONE) + (idle ? 0 : 1) === nthr',
    replace: 'Atomics.load(m, desc + XDONE) + 1 >= nthr',
    scenarios: ['parfor-wait'],
  },
  {
    name: 'parfor-done-from-last-time',
    history: 'constructed',
    breaks: 'the loop starts with the done count of the previous loop',
    file: FILE,
    find: 'Atomics.store(m, desc + XDONE, 0);',
    replace: '',
    scenarios: ['parfor-wait'],
  },
  {
    name: 'parfor-splits-unevenly',
    history: 'constructed',
    breaks: 'range ends are rounded up and starts down: neighbours overlap and both run the overlap',
    file: FILE,
    find: 'const end = Math.floor((n * (i + 1)) / nthr);',
    replace: 'const end = Math.ceil((n * (i + 1)) / nthr);',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-set-up-late',
    history: '02f89331c2: a phase changed while threads run',
    breaks: "helpers are woken before the root loop is set up: they run the last cycle's loop or have no thread number",
    file: GC,
    find: `  parforsetup(m, MARKFOR, m[NPROC], rootCount(m), false);
  prepareMark(m);
  if (m[NPROC] === 1) return;
  noteclear(m, XALLDONE);
  helpgc(m, mp, m[NPROC]);`,
    replace: `  prepareMark(m);
  if (m[NPROC] > 1) {
    noteclear(m, XALLDONE);
    helpgc(m, mp, m[NPROC]);
  }
  parforsetup(m, MARKFOR, m[NPROC], rootCount(m), false);`,
    scenarios: ['whole-cycle'],
  },
];
