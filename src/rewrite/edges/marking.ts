/** Edges of marking: work buffers, marks, roots, and termination. */
import { edgesOf } from './edge.ts';

export const MARKING_EDGES = [
  ...edgesOf('workbufs', 'src/gc/work.ts', [
    ['a full buffer was published', '    @lfstackpush(m, FULL, full);'],
    ['a new one was made', '@m[NBUFS] = index + 1;'],
    ['getfull found work after waiting', 'if (b !== 0) @return b;'],
    ['getfull saw work that another took', 'if (b !== 0) return b;@'],
    ['getfull saw all wait', 'if (Atomics.load(m, XNWAIT) === m[NPROC]) @return 0;'],
    ['getfull slept', '@usleep(m, m[WAIT_SLEEP_US]);'],
    ['half was handed off', '@countHandoff(m, mp, nobj >> 1);'],
    ['roots took another buffer', '>= m[CONFIG + Config.at.workbufCap]) @wbuf = getempty(m, mp, wbuf);'],
  ]),
  ...edgesOf('marking', 'src/gc/mark.ts', [
    ['lost the CAS', '=== marks) return true;@'],
    ['another M had marked it', 'const marks = racyLoad(m, word);\n    if ((marks & mark) !== 0) @return false;'],
  ]),
  ...edgesOf('marking', 'src/gc/flush.ts', [
    ['alone, by a plain store', 'if ((marks & mark) !== 0) continue;\n      @m[(b + 1) | 0] = marks | mark;'],
  ]),
  ...edgesOf('marking', 'src/gc/block.ts', [
    ['interior pointer found by the bitmap', '@return off - ((shift - j) << wordShift);'],
    ['pointer to no block', '!== SPAN_STATE.inUse) @return NO_BLOCK;'],
    ['interior pointer into a large object', 'if (m[s + SIZECLASS] === 0) @return m[s + START] - arena;'],
  ]),
  ...edgesOf('marking', 'src/gc/scanblock-tuned.ts', [
    ['tuned: a piece of a large object was handed off', 'if (largeEnd - largeStart > SHARED_WORDS) {@'],
    ['tuned: a stashed buffer was handed off', '} else if (stash !== 0) {@'],
    ['tuned: every second entry was handed off', '@wp = giveEverySecond(m, mp, wbuf, wp);'],
    ['tuned: a buffer was stashed', '@stash = wbuf;'],
    ['tuned: the M took back its stash', '    if (stash !== 0) {@'],
  ]),
  ...edgesOf('marking', 'src/gc/scan-run.ts', [
    ['several marks in one', '@m[sb + PENDING] |= mark;'],
    ['tuned: interior mark came late', 'if ((Atomics.or(m, word, mark) & mark) !== 0) @return 0;'],
  ]),
  ...edgesOf('marking', 'src/gc/scan-pieces.ts', [
    ['lab: half of a large object was put back', '@putObject(m, mp, sb, fifo, piece, half);'],
  ]),
  ...edgesOf('marking', 'src/gc/scanblock-lab-mark.ts', [
    ['lab: a byte was marked already', 'if (racyLoadByte(m, m8, byte) !== 0) @return false;'],
  ]),
  ...edgesOf('marking', 'src/gc/scanblock-lab-worklist.ts', [
    ['lab: a full buffer joined the queue', '@m[m[sb + LAST] + LINK] = full;'],
    ['lab: a full buffer went to all', '@m[sb + WBUF] = getempty(m, mp, full);'],
    ['lab: a buffer of the queue was given away', '@m[front + LINK] = m[given + LINK];'],
    ['lab: half of the front was handed off', '@m[front + WORKBUF_NOBJ] = kept;'],
    ['lab: what was found became the front', '@setFront(m, sb, wbuf);'],
  ]),
  ...edgesOf('marking', 'src/gc/roots.ts', [
    ['queued finalizers were roots', '@b = enqueueRoot(m, mp, b, block + FinBlock.at.fin, m[block + FinBlock.at.cnt] * Finalizer.words, SCAN_ALL);'],
    ['an object with a finalizer was a root', '@b = enqueueRoot(m, mp, b, block, words, 0);'],
  ]),
  ...edgesOf('marking', 'src/gc/helper.ts', [['the last helper woke the collecting M', '=== nproc - 2) @notewakeup(m, XALLDONE);']]),
];
