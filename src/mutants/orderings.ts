/**
 * Missing orderings: an operation of Atomics that is a plain access instead, or a check before the lock. Interleavings
 * alone don't show them, because every load then returns the newest value. A weak memory model does.
 */
import type { KnownBug } from './known-bug.ts';

const LFSTACK = 'src/sync/lfstack.ts';
const NOTE = 'src/sync/note.ts';
const PARFOR = 'src/sync/parfor.ts';
const RUNQ = 'src/runtime/runq.ts';
const WORLD = 'src/runtime/world.ts';
const SWEEP = 'src/malloc/sweep.ts';

export const ORDERINGS: readonly KnownBug[] = [
  {
    name: 'lfstack-pop-reads-head-plainly',
    history: 'constructed',
    breaks: 'a pop that sees a pushed node may miss the link that was stored before, and cuts off the stack there',
    file: LFSTACK,
    find: `const old = Atomics.load(m, stack);
    if (old === 0) return 0;`,
    replace: `const old = m[stack];
    if (old === 0) return 0;`,
    scenarios: ['lfstack'],
    memory: 'js',
  },
  {
    name: 'note-slept-on-plainly',
    history: 'constructed',
    breaks: 'a thread that finds its note woken may miss what its waker did before: it starts without the P that it was given',
    file: NOTE,
    find: 'while (Atomics.load(m, note) === 0)',
    replace: 'while (m[note] === 0)',
    scenarios: ['helpers-done'],
    memory: 'js',
  },
  {
    name: 'note-woken-plainly',
    history: 'constructed',
    breaks: 'the note is set by a plain store: a thread that finds it woken may miss what its waker did before',
    file: NOTE,
    find: `if (Atomics.exchange(m, note, 1) !== 0) fatal('NOTE_WOKEN_TWICE', { note });`,
    replace: `if (Atomics.load(m, note) !== 0) fatal('NOTE_WOKEN_TWICE', { note });
  m[note] = 1;`,
    scenarios: ['helpers-done', 'whole-cycle'],
    memory: 'js',
  },
  {
    name: 'runq-steals-plainly',
    history: 'constructed',
    breaks: "a thief that sees the victim's new tail may read an old goroutine from the slot: one is lost and another runs twice",
    file: RUNQ,
    find: `const tail = Atomics.load(m, victim + XRUNQTAIL);
    const size = (tail - head) | 0;
    const n = size - (size >> 1);
    if (n === 0) return 0;
    // Head and tail were not read atomically: the difference is inconsistent.
    if (n > RUNQ_CAP / 2) continue;
    const own = Atomics.load(m, pp + XRUNQTAIL);
    for (let i = 0; i < n; i++) {
      const gp = Atomics.load(m, victim + XRUNQ + ((head + i) & MASK));`,
    replace: `const tail = m[+(victim + XRUNQTAIL)];
    const size = (tail - head) | 0;
    const n = size - (size >> 1);
    if (n === 0) return 0;
    if (n > RUNQ_CAP / 2) continue;
    const own = Atomics.load(m, pp + XRUNQTAIL);
    for (let i = 0; i < n; i++) {
      const gp = m[+(victim + XRUNQ + ((head + i) & MASK))];`,
    scenarios: ['runq'],
    memory: 'js',
  },
  {
    name: 'runq-publishes-plainly',
    history: 'constructed',
    breaks: 'slot and tail of a queue are stored plainly: a thief may see the tail without the goroutine',
    file: RUNQ,
    find: `Atomics.store(m, pp + XRUNQ + (tail & MASK), gp);
      // After the slot: a thief that sees the new tail must see the goroutine.
      Atomics.store(m, pp + XRUNQTAIL, (tail + 1) | 0);`,
    replace: `m[+(pp + XRUNQ + (tail & MASK))] = gp;
      m[+(pp + XRUNQTAIL)] = (tail + 1) | 0;`,
    scenarios: ['runq'],
    memory: 'js',
  },
  {
    name: 'ensure-swept-by-plain-load',
    history: 'constructed',
    breaks: 'a span is seen as swept without what its sweep did: its list of specials is read as it was before',
    file: SWEEP,
    find: 'if (Atomics.load(m, s + XSWEEPGEN) === sg) return;',
    replace: 'if (racyLoad(m, s + XSWEEPGEN) === sg) return;',
    scenarios: ['specials'],
    memory: 'js',
  },
  {
    name: 'sweep-awaited-by-plain-load',
    history: 'constructed',
    breaks: 'an M that waited for the sweep of a span may miss what the sweep did',
    file: SWEEP,
    find: 'while (Atomics.load(m, s + XSWEEPGEN) !== sg) osyield(m);',
    replace: 'while (racyLoad(m, s + XSWEEPGEN) !== sg) osyield(m);',
    scenarios: ['specials', 'specials-sweep'],
    memory: 'js',
  },
  {
    name: 'swept-span-published-plainly',
    history: 'constructed',
    breaks: 'a swept span is published by a plain store: an M that sees it as swept may miss what the sweep did',
    file: 'src/malloc/mcentral-free.ts',
    find: `Atomics.store(m, s + XSWEEPGEN, m[SWEEPGEN]);
  if (m[s + NALLOC] !== 0) {`,
    replace: `m[+(s + XSWEEPGEN)] = m[SWEEPGEN];
  if (m[s + NALLOC] !== 0) {`,
    scenarios: ['specials'],
    memory: 'js',
  },
  {
    name: 'stolen-range-stored-plainly',
    history: 'constructed',
    breaks: 'a thread stores the range that it has stolen plainly: another thief may still take from the old one, so an iteration runs twice',
    file: PARFOR,
    find: 'Atomics.store(m, posOf(desc, tid), middle | (end << 16));',
    replace: 'm[+posOf(desc, tid)] = middle | (end << 16);',
    scenarios: ['parfor', 'parfor-wait'],
    memory: 'js',
  },
  {
    name: 'syscall-published-plainly',
    history: 'constructed',
    breaks: 'an M leaves its P by a plain store and looks whether the world stops: both it and the stopping M may miss the other',
    file: WORLD,
    find: `  Atomics.store(m, pp + P_XSTATUS, P_STATUS.syscall);
  // stoptheworld`,
    replace: `  m[+(pp + P_XSTATUS)] = P_STATUS.syscall;
  // stoptheworld`,
    scenarios: ['system-calls', 'stop-the-world'],
    memory: 'js',
  },
  {
    name: 'stop-requested-plainly',
    history: 'constructed',
    breaks: 'an M may still read that the world is not to stop, and goes into a system call uncounted',
    file: WORLD,
    find: 'Atomics.store(m, XGCWAITING, 1);',
    replace: 'm[+XGCWAITING] = 1;',
    scenarios: ['stop-the-world'],
    memory: 'js',
  },
  {
    name: 'arena-used-stored-plainly',
    history: 'constructed',
    breaks: 'an M that sees the larger arena may miss that the bitmap and the span map were mapped that far',
    file: 'src/malloc/arena.ts',
    find: 'Atomics.store(m, ARENA_USED, end);',
    replace: 'm[ARENA_USED] = end;',
    scenarios: ['arena-growth'],
    memory: 'js',
  },
  {
    name: 'syscall-looks-plainly',
    history: 'constructed',
    breaks: 'an M that enters a system call may miss that the world is to stop: the stopping M waits for it for ever',
    file: WORLD,
    find: `if (Atomics.load(m, XGCWAITING) === 0) return;
  lock(`,
    replace: `if (racyLoad(m, XGCWAITING) === 0) return;
  lock(`,
    scenarios: ['stop-the-world', 'system-calls'],
    memory: 'js',
  },
  {
    name: 'lfstack-pop-begins-plainly',
    history: 'constructed',
    breaks: 'a pop guesses the head by a plain load and trusts its CAS to check it: the CAS does not check the link',
    file: LFSTACK,
    find: `  for (;;) {
    const old = Atomics.load(m, stack);
    if (old === 0) return 0;
    const id = m[ID_BITS] === 32 ? old : old & ((1 << m[ID_BITS]) - 1);
    const node = m[stack + BASE] + (id - 1) * m[stack + STRIDE];
    const next = Atomics.load(m, node);
    if (Atomics.compareExchange(m, stack, old, next) === old) return node;
  }`,
    replace: `  let old = m[stack];
  for (;;) {
    if (old === 0) return 0;
    const id = m[ID_BITS] === 32 ? old : old & ((1 << m[ID_BITS]) - 1);
    const node = m[stack + BASE] + (id - 1) * m[stack + STRIDE];
    const next = m[node];
    const seen = Atomics.compareExchange(m, stack, old, next);
    if (seen === old) return node;
    old = seen;
  }`,
    scenarios: ['lfstack', 'lfstack-long'],
    memory: 'js',
  },
  {
    name: 'note-checked-plainly-first',
    history: 'constructed',
    breaks: 'a thread returns at once if a plain load finds the note woken: it may miss what its waker did before',
    file: NOTE,
    find: 'while (Atomics.load(m, note) === 0)',
    replace: `if (m[note] !== 0) return;
  while (Atomics.load(m, note) === 0)`,
    scenarios: ['helpers-done', 'whole-cycle'],
    memory: 'js',
  },
];
