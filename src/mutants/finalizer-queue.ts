/** The queue of finalizers with more than one block, their goroutine, and the background sweeper. */
import type { KnownBug } from './known-bug.ts';

export const QUEUES: readonly KnownBug[] = [
  {
    name: 'finblock-overfull',
    history: 'constructed',
    breaks: 'a finalizer block takes one entry more than its capacity: the entry overwrites the memory behind it',
    file: 'src/malloc/finq.ts',
    find: 'm[m[FIN + FINQ] + CNT] === m[CAP])',
    replace: 'm[m[FIN + FINQ] + CNT] > m[CAP])',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finblock-not-linked',
    history: 'constructed',
    breaks: 'the next finalizer block is not linked to the full one: the finalizers of the full block never run',
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
    breaks: 'the finalizer goroutine runs the first block of its list and drops the others',
    file: 'src/runtime/system.ts',
    find: 'if (m[gp + REST] === 0) return AFTER_BLOCKS;',
    replace: 'if (m[gp + REST] >= 0) return AFTER_BLOCKS;',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finblock-freed-twice',
    history: 'constructed',
    breaks: 'a finished block keeps its link into the running list: the free list joins the queue',
    file: 'src/runtime/system.ts',
    find: `  m[block + NEXT] = m[FINC];
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'bgsweep-parked-kept',
    history: 'constructed',
    breaks: 'a woken background sweeper keeps its parked flag',
    file: 'src/runtime/gc.ts',
    find: `    m[PARKED] = 0;
    ready(m, mp, m[BGSWEEP_G]);`,
    replace: '    ready(m, mp, m[BGSWEEP_G]);',
    scenarios: ['finalizers'],
  },
  {
    name: 'bgsweep-not-woken',
    history: 'constructed',
    breaks: 'the background sweeper is marked awake but is never readied',
    file: 'src/runtime/gc.ts',
    find: `    m[PARKED] = 0;
    ready(m, mp, m[BGSWEEP_G]);`,
    replace: '    m[PARKED] = 0;',
    scenarios: ['finalizers'],
  },
  {
    name: 'bgsweep-never-parked',
    history: 'constructed',
    breaks: 'the background sweeper sleeps without setting its parked flag: it is never woken again',
    file: 'src/runtime/system.ts',
    find: '  m[PARKED] = 1;\n',
    replace: '',
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
    breaks: 'the count of spans swept in the pause is not reset: it counts again in the next cycle',
    file: 'src/runtime/gc.ts',
    find: 'pause: Atomics.exchange(m, XNPAUSESWEEP, 0)',
    replace: 'pause: Atomics.load(m, XNPAUSESWEEP)',
    scenarios: ['traced'],
  },
  {
    name: 'bgsweep-made-each-time',
    history: 'constructed',
    breaks: 'each collection starts another background sweeper',
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
    breaks: 'the queued flag is set after the wake-up',
    file: 'src/runtime/finalizer.ts',
    find: `    m[FINGWAKE] = 0;
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finalized-entry-kept',
    history: 'constructed',
    breaks: 'a finalizer that has run is still a root',
    file: 'src/runtime/system.ts',
    find: `  clearPointers(m, f, Finalizer.words);
`,
    replace: '',
    scenarios: ['finalizers-blocks'],
  },
  {
    name: 'finalized-stays-in-frame',
    history: 'constructed',
    breaks: 'the frame of the finalizer goroutine keeps its pointer to the object',
    file: 'src/runtime/system.ts',
    find: `  clearPointers(m, slot, RUNFINQ.slots * pw);
`,
    replace: '',
    scenarios: ['finalizers'],
  },
  {
    name: 'finblock-count-kept',
    history: 'constructed',
    breaks: 'a finished block enters the free list with its old count',
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
