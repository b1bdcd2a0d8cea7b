/** Marks of neighbours, and the work that marking leaves. */
import type { KnownBug } from './known-bug.ts';

const FLUSH = 'src/gc/flush.ts';
const TUNED = 'src/gc/scanblock-tuned.ts';

export const MARKING: readonly KnownBug[] = [
  {
    name: 'mark-load-or-store',
    history: 'constructed',
    breaks: 'of two Ms that mark neighbours at once, the later store takes the other mark away: a reachable object is swept',
    file: FLUSH,
    find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;',
    replace: 'm[word] = marks | mark; return true;',
    scenarios: ['mark-bits'],
  },
  {
    name: 'pending-marks-lost',
    history: 'constructed',
    breaks: 'marks gathered for one bitmap word are thrown away when the next word comes: live blocks are freed',
    file: TUNED,
    find: 'if (m[sb + PENDING_WORD] !== word) {\n    flushPending(m, sb);',
    replace: 'if (m[sb + PENDING_WORD] !== word) {',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'stash-dropped',
    history: 'constructed',
    breaks: 'an M that gives one of its full buffers away forgets the others: what they lead to is not marked',
    file: TUNED,
    find: 'stash = m[given + STASHLINK];',
    replace: 'stash = 0;',
    scenarios: ['whole-cycle-tuned'],
  },
  {
    name: 'one-helper-is-none',
    history: 'aae0f074c0, #9225',
    breaks: 'one thread beside the collecting one is taken for no concurrency: both mark plainly',
    file: FLUSH,
    find: 'const alone = m[NPROC] === 1;',
    replace: 'const alone = m[NPROC] - 1 <= 1;',
    scenarios: ['mark-mixed'],
  },
  {
    name: 'mark-cas-not-retried',
    history: 'constructed',
    breaks: "an M whose CAS failed for a neighbour's sake thinks that its own mark is there",
    file: FLUSH,
    find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;',
    replace: 'return Atomics.compareExchange(m, word, marks, marks | mark) === marks;',
    scenarios: ['mark-bits'],
  },
  {
    name: 'mark-won-by-all',
    history: 'constructed',
    breaks: 'by an atomic or every M sets the mark, and every M thinks that it was the first: objects are scanned twice',
    file: FLUSH,
    find: 'if (Atomics.compareExchange(m, word, marks, marks | mark) === marks) return true;',
    replace: 'Atomics.or(m, word, mark); return true;',
    scenarios: ['mark-mixed'],
  },
  {
    name: 'markfreed-beside-malloc',
    history: '5bfe8adee5, #8299; nobody frees here while others mark, so the slip is to change the word beside its other writer, the owner of the span',
    breaks: 'freeing into a span that another P caches changes the bitmap by load and store: a bit that malloc sets there is lost, and the block is never scanned',
    file: 'src/malloc/mcentral.ts',
    find: `  if (m[s + INCACHE] !== 0) {
    m[p] = m[s + FREEBUF];`,
    replace: `  if (m[s + INCACHE] !== 0) {
    handedBack(m, s, p);
    m[p] = m[s + FREEBUF];`,
    scenarios: ['mark-freed'],
  },
  {
    name: 'sweeps-while-helpers-mark',
    history: '02f89331c2: a phase changed while threads run',
    breaks: 'who collects does not wait for its helpers: the world runs again while they are not on the list of those to be woken',
    file: 'src/runtime/gc.ts',
    find: 'if (m[NPROC] > 1) notesleep(m, XALLDONE);',
    replace: '',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'interior-one-short',
    history: 'constructed',
    breaks: 'the search for a block backwards from a pointer into it leaves the nearest word out: the block before it is marked instead',
    file: 'src/gc/block.ts',
    find: 'for (let j = shift; j-- > 0; ) {',
    replace: 'for (let j = shift - 1; j-- > 0; ) {',
    scenarios: ['mark-mixed'],
  },
  {
    name: 'interior-taken-as-start',
    history: 'constructed',
    breaks: 'the mark of a pointer into a block goes where the pointer points, not where the block begins',
    file: FLUSH,
    find: `      ti = 0;
      b = (arena - ((off >> groupShift) << 1) - 2) | 0;
      shift = (off >> wordShift) & IN_GROUP;`,
    replace: `      ti = 0;
      b = (arena - ((off >> groupShift) << 1) - 2) | 0;`,
    scenarios: ['mark-mixed'],
  },
  {
    name: 'scan-skips-last-pointer',
    history: 'constructed',
    breaks: 'empty ends are skipped by one tag where two were looked at: the last pointer but one is passed over',
    file: 'src/gc/scanblock.ts',
    find: '(m[(end - 1) | 0] | m[(end - 3) | 0]) === 0',
    replace: 'm[(end - 1) | 0] === 0',
    scenarios: ['whole-cycle'],
  },
  {
    name: 'last-stack-left-out',
    history: 'constructed',
    breaks: 'the loop over the roots is one short: the stack of the last goroutine is not marked from',
    file: 'src/gc/roots.ts',
    find: 'return ROOT_COUNT + allglen(m);',
    replace: 'return ROOT_COUNT + allglen(m) - 1;',
    scenarios: ['mark-bits'],
  },
  {
    name: 'byte-marks-shared',
    history: 'constructed',
    breaks: 'blocks of 16 bytes, two to a byte of marks, are marked by a store of the byte: the neighbour\'s mark goes',
    file: TUNED,
    find: 'const OWN_BYTE_WORDS = 8;',
    replace: 'const OWN_BYTE_WORDS = 4;',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'shared-mark-plainly',
    history: 'constructed',
    breaks: 'a mark in a byte that blocks share is set by load and store',
    file: TUNED,
    find: 'if ((bits & SCANNED) !== 0) return (Atomics.or(m, word, mark) & mark) === 0;',
    replace: 'if ((bits & SCANNED) !== 0) { const marks = m[word]; m[word] = marks | mark; return (marks & mark) === 0; }',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'hint-for-neighbour',
    history: 'constructed',
    breaks: 'a block of 8 bytes says of all 16 that they are marked: its neighbour never is',
    file: TUNED,
    find: 'const HINT_WORDS = 4;',
    replace: 'const HINT_WORDS = 2;',
    scenarios: ['mark-mixed-tuned'],
  },
  {
    name: 'hints-from-last-time',
    history: 'constructed',
    breaks: 'what was marked in the last cycle is passed over in this one',
    file: 'src/gc/policy.ts',
    find: 'if (m[POLICY_OF] === POLICY.tuned) clearHints(m);',
    replace: '',
    scenarios: ['whole-cycle-tuned'],
  },
  {
    name: 'pending-marks-kept',
    history: 'constructed',
    breaks: 'an M leaves with marks that it gathered and never put into the bitmap',
    file: TUNED,
    find: `      flushPending(m, sb);
      if (!keepworking) {`,
    replace: '      if (!keepworking) {',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'pending-marks-plainly',
    history: 'constructed',
    breaks: 'gathered marks are put into the bitmap by load and store, beside those of others',
    file: TUNED,
    find: 'Atomics.or(m, m[sb + PENDING_WORD], m[sb + PENDING]);',
    replace: 'm[m[sb + PENDING_WORD]] |= m[sb + PENDING];',
    scenarios: ['mark-bits-tuned'],
  },
  {
    name: 'heapbits-last-of-word',
    history: 'constructed',
    breaks: 'of the words whose pointer bits share a word, the last is never looked at',
    file: 'src/gc/scanblock-heapbits.ts',
    find: 'if (end - at < 32 - shift) bits &= (1 << (end - at)) - 1;',
    replace: 'if (end - at <= 32 - shift) bits &= (1 << (end - at - 1)) - 1;',
    scenarios: ['mark-mixed-heapbits'],
  },
  {
    name: 'root-after-safepoint',
    history: '902911bcff; our parfor is never allocated, so the slip is an allocation that collects where it must not',
    breaks: 'a new object is in its slot only after the safe point: the collection that its own allocation starts frees it',
    file: 'src/runtime/mutator.ts',
    find: `  m[slot] = address;
  if (pw === 2) m[slot + 1] = TAG;
  // Racy on purpose: a collection started a little early or late is as good, and gcStart asks again.
  if (racyLoad(m, HEAP_ALLOC_Q) >= racyLoad(m, XNEXT_GC_Q)) gcStart(m, mp, FORCE.no);
  else safepoint(m, mp);`,
    replace: `  if (racyLoad(m, HEAP_ALLOC_Q) >= racyLoad(m, XNEXT_GC_Q)) gcStart(m, mp, FORCE.no);
  else safepoint(m, mp);
  m[slot] = address;
  if (pw === 2) m[slot + 1] = TAG;`,
    scenarios: ['whole-cycle'],
  },
  {
    name: 'last-word-of-data-left-out',
    history: 'constructed',
    breaks: 'the last word of the data is no root: what it alone leads to is freed',
    file: 'src/gc/roots.ts',
    find: 'm[BSS] - m[DATA], SCAN_ALL)',
    replace: 'm[BSS] - m[DATA] - 2, SCAN_ALL)',
    scenarios: ['mark-mixed'],
  },
  {
    name: 'last-word-of-bss-left-out',
    history: 'constructed',
    breaks: 'the last word of the bss is no root',
    file: 'src/gc/roots.ts',
    find: 'm[CYCLE_LOG] - m[BSS], SCAN_ALL)',
    replace: 'm[CYCLE_LOG] - m[BSS] - 2, SCAN_ALL)',
    scenarios: ['mark-mixed'],
  },
  {
    name: 'last-due-finalizer-left-out',
    history: 'constructed',
    breaks: 'of the finalizers that are due the last does not keep its object',
    file: 'src/gc/roots.ts',
    find: 'm[block + FinBlock.at.cnt] * Finalizer.words, SCAN_ALL)',
    replace: '(m[block + FinBlock.at.cnt] - 1) * Finalizer.words, SCAN_ALL)',
    scenarios: ['mark-mixed'],
  },
];
