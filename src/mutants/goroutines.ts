/** Goroutines: their records, their growing stacks, and the system goroutines that sleep and are woken. */
import type { KnownBug } from './known-bug.ts';

export const GOROUTINES: readonly KnownBug[] = [
  {
    name: 'frames-not-moved',
    history: 'constructed',
    breaks: 'a stack grows, and its frame links still point into the old one',
    file: 'src/runtime/goroutine.ts',
    find: `  for (let fp = m[gp + FP]; m[fp - toSaved] !== 0; fp = m[fp - toSaved]) m[fp - toSaved] += by;
`,
    replace: '',
    scenarios: ['deep-calls'],
  },
  {
    name: 'frame-not-cleared',
    history: 'constructed',
    breaks: 'a new frame is not cleared: stale slots of an earlier frame are roots',
    file: 'src/runtime/goroutine.ts',
    find: `  clearWords(m, header, sp - header);
`,
    replace: '',
    scenarios: ['deep-calls'],
  },
  {
    name: 'grown-stack-of-old-size',
    history: 'constructed',
    breaks: 'the old stack is freed with the size of the new one',
    file: 'src/runtime/goroutine.ts',
    find: '  stackfree(m, mp, old, oldWords);',
    replace: '  stackfree(m, mp, old, size);',
    scenarios: ['deep-calls'],
  },
  {
    name: 'old-stack-kept',
    history: 'constructed',
    breaks: 'an outgrown stack is never freed',
    file: 'src/runtime/goroutine.ts',
    find: `  stackfree(m, mp, old, oldWords);
`,
    replace: '',
    scenarios: ['deep-calls'],
  },
  {
    name: 'stack-freed-before-copy',
    history: 'constructed',
    breaks: 'the old stack is freed, and overwritten by a link, before its frames are copied',
    file: 'src/runtime/goroutine.ts',
    find: `  movePointers(m, stack, old, m[gp + SP] - old);
  moveFrames(m, gp, stack - old);
  stackfree(m, mp, old, oldWords);`,
    replace: `  stackfree(m, mp, old, oldWords);
  movePointers(m, stack, old, m[gp + SP] - old);
  moveFrames(m, gp, stack - old);`,
    scenarios: ['deep-calls'],
  },
  {
    name: 'ints-not-cleared',
    history: 'constructed',
    breaks: 'a reused G keeps the integers of its previous goroutine',
    file: 'src/runtime/goroutine.ts',
    find: `  clearWords(m, gp + INTS, G.fields.ints.words);
`,
    replace: '',
    scenarios: ['stop-the-world'],
  },
  {
    name: 'gfree-read-unlocked',
    history: 'constructed',
    breaks: 'two concurrent newprocs get the same G',
    file: 'src/runtime/goroutine.ts',
    find: `  lock(m, mp, SCHED_LOCK);
  let gp = m[GFREE];
  if (gp`,
    replace: `  let gp = m[GFREE];
  lock(m, mp, SCHED_LOCK);
  if (gp`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'stack-freed-after-record',
    history: 'constructed',
    breaks: 'a G enters the free list before its stack is freed: the next goroutine loses its stack',
    file: 'src/runtime/goroutine.ts',
    find: `  stackfree(m, mp, m[gp + STACK], m[gp + STACK_WORDS]);
  m[gp + STACK] = 0;
  m[gp + STACK_WORDS] = 0;
  m[gp + SP] = 0;
  lock(m, mp, SCHED_LOCK);
  m[gp + SCHEDLINK] = m[GFREE];
  m[GFREE] = gp;
  unlock(m, mp, SCHED_LOCK);`,
    replace: `  lock(m, mp, SCHED_LOCK);
  m[gp + SCHEDLINK] = m[GFREE];
  m[GFREE] = gp;
  unlock(m, mp, SCHED_LOCK);
  stackfree(m, mp, m[gp + STACK], m[gp + STACK_WORDS]);
  m[gp + STACK] = 0;
  m[gp + STACK_WORDS] = 0;
  m[gp + SP] = 0;`,
    scenarios: ['stop-the-world'],
  },
  {
    name: 'scavenger-parks-unlocked',
    history: 'constructed',
    breaks: 'the scavenger sets its parked flag before it parks: a waker readies a running goroutine',
    file: 'src/runtime/system.ts',
    find: `  m[SWEEP + Sweep.at.scavengerParked] = 1;
  return parkUnder(m, mp, gp, GCLOCK, WAIT.sleep, SCAVENGER.pc);`,
    replace: `  m[SWEEP + Sweep.at.scavengerParked] = 1;
  unlock(m, mp, GCLOCK);
  return parkUnder(m, mp, gp, 0, WAIT.sleep, SCAVENGER.pc);`,
    scenarios: ['by-the-clock'],
  },
  {
    name: 'scavenger-made-twice',
    history: 'constructed',
    breaks: 'two Ms that find the scavenger due each start one',
    file: 'src/runtime/scavenger.ts',
    find: `  lock(m, mp, GCLOCK);
  if (m[SCAVENGER_G] === 0) {`,
    replace: `  const made = m[SCAVENGER_G];
  lock(m, mp, GCLOCK);
  if (made === 0) {`,
    scenarios: ['by-the-clock'],
  },
  {
    name: 'scavenger-parked-kept',
    history: 'constructed',
    breaks: 'a waker of the scavenger leaves the parked flag set: the next waker readies a running goroutine',
    file: 'src/runtime/scavenger.ts',
    find: `    m[SCAVENGER_PARKED] = 0;
`,
    replace: '',
    scenarios: ['by-the-clock'],
  },
  {
    name: 'parked-kept',
    history: 'constructed',
    breaks: 'a waker of the background sweeper leaves the parked flag set: the next waker readies a running goroutine',
    file: 'src/runtime/gc.ts',
    find: `    m[PARKED] = 0;
`,
    replace: '',
    scenarios: ['whole-cycle'],
  },
];
