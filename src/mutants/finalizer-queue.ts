/** The queue of finalizers with more than one block, their goroutine, and the background sweeper. */
import type { KnownBug } from './known-bug.ts';

export const QUEUES: readonly KnownBug[] = [
  {
    name: 'finblock-overfull',
    history: 'constructed',
    breaks: 'a block takes one finalizer more than it holds, which lies behind it',
    file: 'src/malloc/finq.ts',
    find: 'm[m[FIN + FINQ] + CNT] === m[CAP])',
    replace: 'm[m[FIN + FINQ] + CNT] > m[CAP])',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finblock-not-linked',
    history: 'constructed',
    breaks: 'a full block is not linked behind the next: its finalizers never run',
    file: 'src/malloc/finq.ts',
    find: `    m[block + NEXT] = m[FIN + FINQ];
`,
    replace: `    m[block + NEXT] = 0;
`,
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finblock-rest-dropped',
    history: 'constructed',
    breaks: 'the finalizer goroutine does the first block of its list, and forgets the others',
    file: 'src/runtime/system.ts',
    find: 'if (m[gp + REST] === 0) return AFTER_BLOCKS;',
    replace: 'if (m[gp + REST] >= 0) return AFTER_BLOCKS;',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finblock-freed-twice',
    history: 'constructed',
    breaks: 'a finished block keeps its link into the list under way: free blocks and queued ones mix',
    file: 'src/runtime/system.ts',
    find: `  m[block + NEXT] = m[FINC];
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'bgsweep-parked-kept',
    history: 'constructed',
    breaks: 'the background sweeper is woken, and still counts as asleep',
    file: 'src/runtime/gc.ts',
    find: `    m[PARKED] = 0;
    ready(m, mp, m[BGSWEEP_G]);`,
    replace: '    ready(m, mp, m[BGSWEEP_G]);',
    scenarios: ['finalizers'],
  },
  {
    name: 'bgsweep-not-woken',
    history: 'constructed',
    breaks: 'the background sweeper no longer counts as asleep, but nobody wakes it',
    file: 'src/runtime/gc.ts',
    find: `    m[PARKED] = 0;
    ready(m, mp, m[BGSWEEP_G]);`,
    replace: '    m[PARKED] = 0;',
    scenarios: ['finalizers'],
  },
  {
    name: 'bgsweep-never-parked',
    history: 'constructed',
    breaks: 'the background sweeper sleeps without saying so: nobody wakes it again',
    file: 'src/runtime/system.ts',
    find: `  m[PARKED] = 1;
  return parkUnder(m, mp, gp, GCLOCK`,
    replace: '  return parkUnder(m, mp, gp, GCLOCK',
    scenarios: ['finalizers'],
  },
  {
    name: 'bgsweep-counts-double',
    history: 'constructed',
    breaks: 'each span swept in the background counts twice',
    file: 'src/runtime/system.ts',
    find: 'Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 1);',
    replace: 'Atomics.add(m, SWEEP + Sweep.at.xnbgsweep, 2);',
    scenarios: ['finalizers'],
  },
  {
    name: 'pause-sweeps-kept',
    history: 'constructed',
    breaks: 'spans swept in the pause count again in the next cycle',
    file: 'src/runtime/gc.ts',
    find: 'pause: Atomics.exchange(m, XNPAUSESWEEP, 0)',
    replace: 'pause: Atomics.load(m, XNPAUSESWEEP)',
    scenarios: ['traced'],
  },
  {
    name: 'bgsweep-made-each-time',
    history: 'constructed',
    breaks: 'each collection makes another background sweeper',
    file: 'src/runtime/gc.ts',
    find: `  if (m[BGSWEEP_G] === 0) {
    m[BGSWEEP_G] = newproc`,
    replace: `  if (m[PARKED] === 0) {
    m[BGSWEEP_G] = newproc`,
    scenarios: ['finalizers'],
  },
  {
    name: 'fingwake-kept',
    history: 'constructed',
    breaks: 'that something was queued is remembered after the wake-up',
    file: 'src/runtime/finalizer.ts',
    find: `    m[FINGWAKE] = 0;
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finalized-entry-kept',
    history: 'constructed',
    breaks: 'a finalizer that has run is a root still',
    file: 'src/runtime/system.ts',
    find: `  clearPointers(m, f, Finalizer.words);
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finalized-stays-in-frame',
    history: 'constructed',
    breaks: 'the object stays in the frame of the finalizer goroutine',
    file: 'src/runtime/system.ts',
    find: `  clearPointers(m, slot, RUNFINQ.slots * pw);
`,
    replace: '',
    scenarios: ['finalizers'],
  },
  {
    name: 'finblock-count-kept',
    history: 'constructed',
    breaks: 'a finished block is free with the count it had',
    file: 'src/runtime/system.ts',
    find: `  m[block + CNT] = 0;
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'fing-counts-ahead',
    history: 'constructed',
    breaks: 'a finalizer counts as run twice',
    file: 'src/runtime/system.ts',
    find: `  m[RAN]++;
`,
    replace: `  m[RAN] += 2;
`,
    scenarios: ['finalizers-blocks'],
  },
];
