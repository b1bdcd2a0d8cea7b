/** The parallel loop: each iteration once, and an end that all see. */
import type { KnownBug } from './known-bug.ts';

const FILE = 'src/sync/parfor.ts';
const GC = 'src/runtime/gc.ts';
const SETUP = 'parforsetup(m, MARKFOR, m[NPROC], rootCount(m), false);';

export const PARFOR: readonly KnownBug[] = [
  {
    name: 'parfor-end-underflows',
    history: '45636db01b',
    breaks: 'of an empty range at 0 the last iteration is 2^32 - 1: thieves take nothing from it, again and again',
    file: FILE,
    find: 'if (begin + 1 >= end) break;',
    replace: 'if (begin >= (end - 1) >>> 0) break;',
    scenarios: ['parfor-few'],
  },
  {
    name: 'parfor-waits-for-stopped',
    history: '6ae448e8df, #3954',
    breaks: 'the loop over the roots is for all Ps, and waits for those that are stopped and never come',
    file: GC,
    find: SETUP,
    replace: "parforsetup(m, MARKFOR, m[CONFIG + Config.at.nprocs], rootCount(m), true);",
    scenarios: ['whole-cycle'],
  },
  {
    name: 'parfor-shares-for-stopped',
    history: 'as 6ae448e8df, without waiting',
    breaks: 'Ps that are stopped have roots of their own, of which a thief leaves the last: a root is never marked from',
    file: GC,
    find: SETUP,
    replace: "parforsetup(m, MARKFOR, m[CONFIG + Config.at.nprocs], rootCount(m), false);",
    scenarios: ['whole-cycle'],
  },
  {
    name: 'parfor-steals-by-store',
    history: 'constructed',
    breaks: "the victim's range is cut without a CAS: what it or another thief took meanwhile runs twice",
    file: FILE,
    find: 'if (Atomics.compareExchange(m, victim, range, begin | (middle << 16)) !== range) continue;',
    replace: 'Atomics.store(m, victim, begin | (middle << 16));',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-takes-by-store',
    history: 'constructed',
    breaks: 'the owner moves on by load and store: it undoes the cut of a thief',
    file: FILE,
    find: 'const range = Atomics.add(m, pos, 1);',
    replace: 'const range = Atomics.load(m, pos); Atomics.store(m, pos, range + 1);',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-fills-before-it-cuts',
    history: 'constructed',
    breaks: 'a thief has the range as its own before the CAS that may fail: others steal from it what is not there',
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
    breaks: 'the last thread that sees the end does not count itself: the others wait for it for ever',
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
    breaks: 'all but one are done, and the loop is over',
    file: FILE,
    find: 'Atomics.load(m, desc + XDONE) + (idle ? 0 : 1) === nthr',
    replace: 'Atomics.load(m, desc + XDONE) + 1 >= nthr',
    scenarios: ['parfor-wait'],
  },
  {
    name: 'parfor-done-from-last-time',
    history: 'constructed',
    breaks: 'the loop begins with those counted who were done with the one before',
    file: FILE,
    find: 'Atomics.store(m, desc + XDONE, 0);',
    replace: '',
    scenarios: ['parfor-wait'],
  },
  {
    name: 'parfor-splits-unevenly',
    history: 'constructed',
    breaks: 'ends are rounded up and beginnings down: neighbours both run what lies between',
    file: FILE,
    find: 'const end = Math.floor((n * (i + 1)) / nthr);',
    replace: 'const end = Math.ceil((n * (i + 1)) / nthr);',
    scenarios: ['parfor'],
  },
  {
    name: 'parfor-set-up-late',
    history: '02f89331c2: a phase changed while threads run',
    breaks: 'helpers are woken before the loop over the roots is set up: they run the one of the last cycle, or have no number in this one',
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
