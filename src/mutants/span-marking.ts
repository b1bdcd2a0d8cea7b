/** Lost spans, blocks and scan bits of span-based marking. */
import type { KnownBug } from './known-bug.ts';

const CLAIM = 'src/gc/spans/claim.ts';
const MARK = 'src/gc/spans/mark.ts';
const QUEUE = 'src/gc/spans/queue.ts';
const SCAN = 'src/gc/spans/scan.ts';
const WAIT = 'src/gc/spans/wait.ts';

export const SPAN_MARKING: readonly KnownBug[] = [
  {
    name: 'span-queued-twice',
    history: 'constructed',
    breaks: 'two Ms that mark blocks of a span at once both queue it',
    file: CLAIM,
    find: 'Atomics.compareExchange(m, at, state, state | ONE) === state) return true;',
    replace: 'Atomics.or(m, at, ONE) !== -1) return true;',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-queued-by-none',
    history: 'constructed',
    breaks: 'an M that marks a second block does not see that the span has been released since: its block is not scanned',
    file: CLAIM,
    find: 'return (Atomics.or(m, at, MANY) & BITS) === 0;',
    replace: 'Atomics.or(m, at, MANY);\n  return false;',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-second-block-untold',
    history: 'constructed',
    breaks: 'the second block marked in a queued span leaves no trace: only the first is scanned',
    file: CLAIM,
    find: 'if ((state & MANY) !== 0) return false;',
    replace: 'if ((state & BITS) !== 0) return false;',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-claimed-by-many-plainly',
    history: 'constructed',
    breaks: 'the bit for several blocks is set by a store, which may bring back the bit that a release has cleared',
    file: CLAIM,
    find: 'return (Atomics.or(m, at, MANY) & BITS) === 0;',
    replace: 'Atomics.store(m, at, state | MANY);\n  return (state & BITS) === 0;',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-released-in-two-steps',
    history: 'constructed',
    breaks: 'the bits of a span are read and then cleared: a block marked in between is not scanned',
    file: CLAIM,
    find: 'if (!alone) return Atomics.and(m, at, ~BITS);',
    replace: `if (!alone) {
    const before = Atomics.load(m, at);
    Atomics.store(m, at, before & ~BITS);
    return before;
  }`,
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-released-late',
    history: 'constructed',
    breaks: 'the bits of a span are cleared after its marks are read: a block marked in between is not scanned',
    file: SCAN,
    find: `  const state = releaseSpan(m, (m[PAGE_STATES] + page) | 0, alone) | 0;`,
    replace: `  const state = Atomics.load(m, (m[PAGE_STATES] + page) | 0);
  if ((state & QUEUE_BITS) !== ONE) {
    const after = scanMarked(m, mp, sb, q, position, page, page << GROUPS_SHIFT, 0, state >>> SIZE_SHIFT, arenaLow, used, alone);
    releaseSpan(m, (m[PAGE_STATES] + page) | 0, alone);
    return after;
  }
  releaseSpan(m, (m[PAGE_STATES] + page) | 0, alone);`,
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-claimed-before-mark',
    history: 'constructed',
    breaks: 'a span is claimed before its block is marked: it is scanned in between, and the block is not',
    file: MARK,
    find: `    if (!setMark(m, mp, (word + 1) | 0, MARKED_BIT << (shift + (shift & 12)), alone)) continue;`,
    replace: `    if ((racyLoad(m, (word + 1) | 0) & (MARKED_BIT << (shift + (shift & 12)))) !== 0) continue;
    if ((bits & SCAN) !== 0 && racyLoad(m, (pages + (at >>> (PAGE - 1))) | 0) !== 0) {
      const isFirst = claimSpan(m, (pages + (at >>> (PAGE - 1))) | 0, alone);
      if (isFirst) queueSpan(m, mp, q, (arena + (at << 1)) | 0, alone);
      if (setMark(m, mp, (word + 1) | 0, MARKED_BIT << (shift + (shift & 12)), alone)) marked = (marked + 1) | 0;
      continue;
    }
    if (!setMark(m, mp, (word + 1) | 0, MARKED_BIT << (shift + (shift & 12)), alone)) continue;`,
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-scan-bits-stored',
    history: 'constructed',
    breaks: 'scan bits are set by a plain store: a mark that another M sets meanwhile is lost',
    file: SCAN,
    find: 'if (!alone) return marks & ~(Atomics.or(m, word, marks << TO_SCANNED) >>> TO_SCANNED);',
    replace: '',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-block-behind',
    history: 'constructed',
    breaks: 'a block marked on the page behind the passage is not gone back to',
    file: SCAN,
    find: '              if (its < group && its < back) back = its;\n',
    replace: '',
    scenarios: ['mark-page-spans'],
  },
  {
    name: 'span-block-behind-one',
    history: 'constructed',
    breaks: 'the way back begins one group too late',
    file: SCAN,
    find: 'if (its < group && its < back) back = its;',
    replace: 'if (its < group && its < back) back = its + 1;',
    scenarios: ['mark-page-spans'],
  },
  {
    name: 'span-one-in-its-group',
    history: 'constructed',
    breaks: 'after the one block that was marked since the page was queued, what it leads to on the page is not scanned',
    file: SCAN,
    find: 'if (only !== 0 && left === 0) break;',
    replace: 'if (only !== 0) break;',
    scenarios: ['mark-page-spans'],
  },
  {
    name: 'span-left-with-scan-bit',
    history: 'constructed',
    breaks: 'each block marked on the page gets its scan bit at once, also those left to the passage, which then passes them over',
    file: SCAN,
    find: 'isNext ? mark | (mark << TO_SCANNED) : mark, alone',
    replace: 'mark | (mark << TO_SCANNED), alone',
    scenarios: ['mark-page-spans'],
  },
  {
    name: 'span-tail-before-slot',
    history: 'constructed',
    breaks: 'the tail of a queue moves before the slot is filled: a thief takes the span that was there before',
    file: QUEUE,
    find: `  racyStore(m, slot, obj);
  // After the slot: a thief that sees the new tail must see the span.
  Atomics.store(m, q + TAIL, (tail + 1) | 0);`,
    replace: `  Atomics.store(m, q + TAIL, (tail + 1) | 0);
  racyStore(m, slot, obj);`,
    scenarios: ['span-queues'],
  },
  {
    name: 'span-stolen-and-lost',
    history: 'constructed',
    breaks: 'a thief leaves out the last span that it has taken',
    file: QUEUE,
    find: 'Atomics.store(m, own + TAIL, (tail + n) | 0);',
    replace: 'Atomics.store(m, own + TAIL, (tail + (n >> 1)) | 0);',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-stolen-without-cas',
    history: 'constructed',
    breaks: 'a thief moves the head by a store: owner and thief take the same span, and later ones are taken twice or never',
    file: QUEUE,
    find: 'if (Atomics.compareExchange(m, victim + HEAD, head, (head + n) | 0) !== head) continue;',
    replace: 'Atomics.store(m, victim + HEAD, (head + n) | 0);',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-taken-without-cas',
    history: 'constructed',
    breaks: 'the owner of a queue moves the head by a store: it takes a span that a thief has taken',
    file: QUEUE,
    find: 'if (Atomics.compareExchange(m, q + HEAD, head, next) === head) return obj;',
    replace: 'Atomics.store(m, q + HEAD, next);\n    return obj;',
    scenarios: ['mark-bits-spans'],
  },
  {
    name: 'span-spilled-without-cas',
    history: 'constructed',
    breaks: 'the older half of a full queue is spilled although a thief has taken it',
    file: QUEUE,
    find: 'if (Atomics.compareExchange(m, q + HEAD, head, (head + half) | 0) === head) break;',
    replace: 'Atomics.store(m, q + HEAD, (head + half) | 0);\n    break;',
    scenarios: ['span-queues'],
  },
  {
    name: 'span-stolen-while-waiting',
    history: 'constructed',
    breaks: 'an M steals spans while it counts as waiting for work: the others end the mark',
    file: WAIT,
    find: `      Atomics.sub(m, XNWAIT, 1);
      const full = lfstackpop(m, FULL);
      if (full !== 0) return full;
      if (stealSpans(m, mp)) return FOUND.spans;
      Atomics.add(m, XNWAIT, 1);`,
    replace: `      if (stealSpans(m, mp)) {
        Atomics.sub(m, XNWAIT, 1);
        return FOUND.spans;
      }
      Atomics.sub(m, XNWAIT, 1);
      const full = lfstackpop(m, FULL);
      if (full !== 0) return full;
      Atomics.add(m, XNWAIT, 1);`,
    scenarios: ['mark-bits-spans'],
    executions: 10000,
  },
  {
    name: 'span-spilled-and-lost',
    history: 'constructed',
    breaks: 'of the spans that are spilled from a full queue the last is lost',
    file: QUEUE,
    find: 'm[wbuf + NOBJ] = half;',
    replace: 'm[wbuf + NOBJ] = half - 1;',
    scenarios: ['span-queues'],
  },
  {
    name: 'span-queue-overfull',
    history: 'constructed',
    breaks: 'a queue takes one span too many, in the slot of its oldest',
    file: QUEUE,
    find: 'if (((tail - Atomics.load(m, q + HEAD)) | 0) > m[q + MASK]) return false;',
    replace: 'if (((tail - Atomics.load(m, q + HEAD)) | 0) > m[q + MASK] + 1) return false;',
    scenarios: ['span-queues'],
  },
  {
    name: 'span-marks-read-plainly',
    history: 'constructed',
    breaks: 'the marks of a released span are read by plain loads, which may return what was there before the release: a block is not scanned',
    file: SCAN,
    find: 'const both = alone ? m[word] : Atomics.load(m, word);',
    replace: 'const both = m[word];',
    scenarios: ['mark-bits-spans'],
    memory: 'js',
  },
  {
    name: 'span-tail-stored-plainly',
    history: 'constructed',
    breaks: 'the tail of a queue is stored plainly: a thief that sees it may read from the slot what was there before',
    file: QUEUE,
    find: 'Atomics.store(m, q + TAIL, (tail + 1) | 0);',
    replace: 'm[+(q + TAIL)] = (tail + 1) | 0;',
    scenarios: ['racy-spans'],
    memory: 'js',
  },
  {
    name: 'span-tail-read-plainly',
    history: 'constructed',
    breaks: "a thief reads the victim's tail by a plain load, which does not order its load of the slot",
    file: QUEUE,
    find: 'const size = (Atomics.load(m, victim + TAIL) - head) | 0;',
    replace: 'const size = (racyLoad(m, victim + TAIL) - head) | 0;',
    scenarios: ['racy-spans'],
    memory: 'js',
  },
  {
    name: 'span-claimed-by-plain-look',
    history: 'constructed',
    breaks: 'an M may still read that several blocks of a span are marked after the span was released: its block is not scanned',
    file: CLAIM,
    find: 'const state = Atomics.load(m, at);',
    replace: 'const state = m[at];',
    scenarios: ['mark-bits-spans'],
    memory: 'js',
  },
];
