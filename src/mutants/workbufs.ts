/** Work buffers: get, put, hand off, and the end of marking. */
import type { KnownBug } from './known-bug.ts';

const WORK = 'src/gc/work.ts';
const FLUSH = 'src/gc/flush.ts';

export const WORKBUFS: readonly KnownBug[] = [
  {
    name: 'getfull-keeps-waiting',
    history: 'constructed',
    breaks: 'an M that finds work after waiting still counts as waiting: the others leave early, and the last never sees the exact count',
    file: WORK,
    find: `Atomics.sub(m, XNWAIT, 1);
      const b = lfstackpop(m, FULL);
      if (b !== 0) return b;
      Atomics.add(m, XNWAIT, 1);`,
    replace: 'const b = lfstackpop(m, FULL); if (b !== 0) return b;',
    scenarios: ['workbufs', 'whole-cycle'],
  },
  {
    name: 'getfull-ends-early',
    history: 'constructed',
    breaks: 'the other Ms leave while one M still works: it scans alone, and a hand-off may find no taker',
    file: WORK,
    find: 'if (Atomics.load(m, XNWAIT) === m[NPROC]) return 0;',
    replace: 'if (Atomics.load(m, XNWAIT) >= m[NPROC] - 1) return 0;',
    scenarios: ['workbufs-end', 'workbufs'],
  },
  {
    name: 'getfull-pops-while-waiting',
    history: 'constructed: `nwait--` after the pop',
    breaks: 'an M holds a buffer while all Ms count as waiting: the others leave',
    file: WORK,
    find: `Atomics.sub(m, XNWAIT, 1);
      const b = lfstackpop(m, FULL);
      if (b !== 0) return b;
      Atomics.add(m, XNWAIT, 1);`,
    replace: 'const b = lfstackpop(m, FULL); if (b !== 0) { Atomics.sub(m, XNWAIT, 1); return b; }',
    scenarios: ['workbufs-end', 'workbufs'],
  },
  {
    name: 'getfull-waits-before-last-look',
    history: 'constructed: `nwait++` before the last look at `full`',
    breaks: 'an M that gets a buffer at once counts as waiting: the others leave meanwhile',
    file: WORK,
    find: `  let full = lfstackpop(m, FULL);
  if (full !== 0 || m[NPROC] === 1) return recordGet(m, mp, full);`,
    replace: `  Atomics.add(m, XNWAIT, 1);
  let full = lfstackpop(m, FULL);
  Atomics.sub(m, XNWAIT, 1);
  if (full !== 0 || m[NPROC] === 1) return recordGet(m, mp, full);`,
    scenarios: ['workbufs-end', 'workbufs'],
  },
  {
    name: 'pending-ignores-held-buffer',
    history: 'd1cae6358c; our Ms ask for work when their buffer is empty, so the slip is not to look at it after the last pointers were flushed into it',
    breaks: "an M's partly filled buffer counts as empty: its objects are never scanned",
    file: 'src/gc/scan-objects.ts',
    find: 'if (nobj === 0 || flushes > MOST_FLUSHES) break;',
    replace: 'nobj = 0; break;',
    scenarios: ['mark-bits', 'whole-cycle'],
  },
  {
    name: 'leaves-without-stash',
    history: '653426f08f; our only second list is what an M of the tuned loop has put aside for itself',
    breaks: 'an M checks the shared buffers but not its stash: the stashed buffers are never scanned',
    file: 'src/gc/scanblock-tuned.ts',
    find: `    if (stash !== 0) {
      putempty(m, mp, wbuf);`,
    replace: `    if (stash < 0) {
      putempty(m, mp, wbuf);`,
    scenarios: ['mark-mixed-tuned', 'whole-cycle-tuned'],
  },
  {
    name: 'handoff-keeps-all',
    history: 'constructed',
    breaks: 'the half that is handed off is also kept: it is scanned twice',
    file: WORK,
    find: 'm[b + NOBJ] = kept;',
    replace: 'm[b + NOBJ] = nobj;',
    scenarios: ['workbufs'],
  },
  {
    name: 'handoff-copies-late',
    history: 'constructed',
    breaks: 'the buffer is pushed on `full` before the kept half is copied out of it: the M that pops it overwrites that half',
    file: WORK,
    find: `  m.copyWithin(b1 + OBJ, objAt(b, kept), objAt(b, nobj));
  lfstackpush(m, FULL, b);`,
    replace: `  lfstackpush(m, FULL, b);
  m.copyWithin(b1 + OBJ, objAt(b, kept), objAt(b, nobj));`,
    scenarios: ['workbufs'],
  },
  {
    name: 'handoff-loses-one',
    history: 'constructed',
    breaks: 'with an odd count the middle object is in neither half',
    file: WORK,
    find: 'const kept = nobj - n;',
    replace: 'const kept = n;',
    scenarios: ['workbufs'],
  },
  {
    name: 'getempty-unlocked',
    history: 'constructed',
    breaks: 'two Ms allocate the same buffer index',
    file: WORK,
    find: `    b = m[WORKBUFS] + index * m[WORKBUF_WORDS];
    m[NBUFS] = index + 1;`,
    replace: `    b = m[WORKBUFS] + index * m[WORKBUF_WORDS];
    unlock(m, mp, WORK_LOCK);
    lock(m, mp, WORK_LOCK);
    m[NBUFS] = index + 1;`,
    scenarios: ['workbufs'],
  },
  {
    name: 'getempty-not-emptied',
    history: 'constructed',
    breaks: 'a buffer keeps the count of its previous user: roots are appended after entries that were scanned long ago',
    file: WORK,
    find: '  m[b + NOBJ] = 0;\n',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'getfull-puts-back-twice',
    history: 'constructed',
    breaks: 'an empty buffer is freed by both refill and getfull: it is on the stack twice, and two Ms get it',
    file: FLUSH,
    find: 'const wbuf = getfull(m, mp, held);',
    replace: 'if (held !== 0) putempty(m, mp, held); const wbuf = getfull(m, mp, held);',
    scenarios: ['workbufs'],
  },
  {
    name: 'refill-keeps-empty',
    history: 'constructed',
    breaks: 'an M that has scanned a root keeps the empty buffer: no buffer is ever reused',
    file: FLUSH,
    find: 'if (held !== 0) putempty(m, mp, held);',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'enqueue-stale-count',
    history: 'constructed',
    breaks: 'a full buffer is handed off with the count it had when it was taken: later additions are lost, or removed objects come again',
    file: FLUSH,
    find: `  if (wbuf === 0 || nobj >= m[WORKBUF_CAP]) {
    if (wbuf !== 0) m[wbuf + WORKBUF_NOBJ] = nobj;`,
    replace: '  if (wbuf === 0 || nobj >= m[WORKBUF_CAP]) {',
    scenarios: ['workbufs'],
  },
  {
    name: 'getfull-forgets-returned',
    history: 'constructed',
    breaks: 'getfull drops the empty buffer that it was given',
    file: WORK,
    find: 'if (b !== 0) lfstackpush(m, EMPTY, b);',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'nwait-from-last-time',
    history: 'constructed',
    breaks: 'marking begins with the waiting count of the previous mark: the first M without work leaves',
    file: 'src/runtime/gc.ts',
    find: '  Atomics.store(m, XNWAIT, 0);\n',
    replace: '',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'helper-done-miscounted',
    history: 'constructed',
    breaks: 'the last helper takes itself for the last but one: the collecting M is never woken',
    file: 'src/gc/helper.ts',
    find: '=== nproc - 2)',
    replace: '=== nproc - 1)',
    scenarios: ['mark-bits', 'whole-cycle'],
  },
];
