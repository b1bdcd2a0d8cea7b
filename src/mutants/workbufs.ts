/** Work buffers: get, put, hand off, and the end of marking. */
import type { KnownBug } from './known-bug.ts';

const WORK = 'src/gc/work.ts';
const FLUSH = 'src/gc/flush.ts';

export const WORKBUFS: readonly KnownBug[] = [
  {
    name: 'getfull-keeps-waiting',
    history: 'constructed',
    breaks: 'an M that finds work after a wait still counts as waiting: the others leave early, and the last never sees exactly all wait',
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
    breaks: 'one M still works when the others leave: what it finds it must scan alone, and some are gone when it hands over',
    file: WORK,
    find: 'if (Atomics.load(m, XNWAIT) === m[NPROC]) return 0;',
    replace: 'if (Atomics.load(m, XNWAIT) >= m[NPROC] - 1) return 0;',
    scenarios: ['workbufs-end', 'workbufs'],
  },
  {
    name: 'getfull-pops-while-waiting',
    history: 'constructed: `nwait--` after the pop',
    breaks: 'an M has a buffer in hand while all seem to wait: the others leave',
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
    breaks: 'an M counts as waiting when it takes its buffer at once: the others leave meanwhile',
    file: WORK,
    find: `  let full = lfstackpop(m, FULL);
  if (full !== 0 || m[NPROC] === 1) return full;`,
    replace: `  Atomics.add(m, XNWAIT, 1);
  let full = lfstackpop(m, FULL);
  Atomics.sub(m, XNWAIT, 1);
  if (full !== 0 || m[NPROC] === 1) return full;`,
    scenarios: ['workbufs-end', 'workbufs'],
  },
  {
    name: 'pending-ignores-held-buffer',
    history: 'd1cae6358c; our Ms ask for work when their buffer is empty, so the slip is not to look at it after the last pointers were flushed into it',
    breaks: 'objects in the buffer that an M holds are no work: it goes to the empty ones, and they are never scanned',
    file: 'src/gc/scanblock.ts',
    find: 'if (m[sb + NOBJ] === 0 && !refillWork(m, mp, sb, keepworking)) break;',
    replace: 'if (!refillWork(m, mp, sb, keepworking)) break;',
    scenarios: ['mark-bits', 'whole-cycle'],
  },
  {
    name: 'leaves-without-stash',
    history: '653426f08f; our only second list is what an M of the tuned loop has put aside for itself',
    breaks: 'an M looks at the shared buffers but not at those it has put aside: they are never scanned',
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
    breaks: 'the half that was given away also stays: it is scanned twice',
    file: WORK,
    find: 'm[b + NOBJ] = kept;',
    replace: 'm[b + NOBJ] = nobj;',
    scenarios: ['workbufs'],
  },
  {
    name: 'handoff-copies-late',
    history: 'constructed',
    breaks: 'the buffer is on `full` before the rest has been copied out of it: who takes it writes over that',
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
    breaks: 'of an odd number the one in the middle is in neither half',
    file: WORK,
    find: 'const kept = nobj - n;',
    replace: 'const kept = n;',
    scenarios: ['workbufs'],
  },
  {
    name: 'getempty-unlocked',
    history: 'constructed',
    breaks: 'two Ms make the same buffer',
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
    breaks: 'a buffer comes with the count of those who had it before: roots are put behind what is long scanned',
    file: WORK,
    find: '  m[b + NOBJ] = 0;\n',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'getfull-puts-back-twice',
    history: 'constructed',
    breaks: 'an empty buffer is given back by refill and by getfull: it is on the stack twice, and two Ms get it',
    file: FLUSH,
    find: 'const wbuf = getfull(m, mp, held);',
    replace: 'if (held !== 0) putempty(m, mp, held); const wbuf = getfull(m, mp, held);',
    scenarios: ['workbufs'],
  },
  {
    name: 'refill-keeps-empty',
    history: 'constructed',
    breaks: 'who is done with a root keeps the empty buffer: none is ever used again',
    file: FLUSH,
    find: 'if (held !== 0) putempty(m, mp, held);',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'enqueue-stale-count',
    history: 'constructed',
    breaks: 'a full buffer is given away with the count it had when it was taken: what was added is lost, or what was taken comes again',
    file: FLUSH,
    find: `  if (wbuf === 0 || nobj >= m[WORKBUF_CAP]) {
    if (wbuf !== 0) m[wbuf + WORKBUF_NOBJ] = nobj;`,
    replace: '  if (wbuf === 0 || nobj >= m[WORKBUF_CAP]) {',
    scenarios: ['workbufs'],
  },
  {
    name: 'getfull-forgets-returned',
    history: 'constructed',
    breaks: 'the empty buffer that comes with the request goes nowhere',
    file: WORK,
    find: 'if (b !== 0) lfstackpush(m, EMPTY, b);',
    replace: '',
    scenarios: ['workbufs'],
  },
  {
    name: 'nwait-from-last-time',
    history: 'constructed',
    breaks: 'marking begins with those counted as waiting who waited at the end of the last: the first that has no work leaves',
    file: 'src/runtime/gc.ts',
    find: '  Atomics.store(m, XNWAIT, 0);\n',
    replace: '',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'helper-done-miscounted',
    history: 'constructed',
    breaks: 'the last helper takes itself for one before the last: who collects is never woken',
    file: 'src/gc/helper.ts',
    find: '=== nproc - 2)',
    replace: '=== nproc - 1)',
    scenarios: ['mark-bits', 'whole-cycle'],
  },
];
