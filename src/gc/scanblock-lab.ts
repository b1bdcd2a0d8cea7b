/**
 * The configurable mark loop (`--policy lab`). It is conservative, as Go 1.3's. By default it
 * departs from Go 1.3's in two ways: a pointer is handled where it is found, without a buffer; and a
 * thread that marks alone marks as several do, so that a table by threads compares like with like.
 *
 *     worklist --- take a piece ---> ahead --- scan, mark what it points at ---> worklist
 *
 *   - mark: by CAS on the word of the bitmap, or by a plain store of a byte; see scanblock-lab-mark.ts.
 *   - order: which object of the worklist is next; see scanblock-lab-worklist.ts.
 *   - direction: an object's words are read forwards or backwards.
 *   - split: an object of more words is scanned in pieces, which others can take meanwhile.
 *   - prefetch: number of objects touched ahead of the one that is scanned.
 *
 * The choices are constant after boot, and read once for each call. The inner part is scan-pieces.ts,
 * which runs as WebAssembly on threads.
 */
import { byteView } from '../memory/bytes.ts';
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, DIRECTION, MARK_BY, ORDER } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { scanPieces } from './compiled.ts';
import { flushPending } from './scan-run.ts';
import { scanbufOf } from './scanbuf.ts';
import { openWorklist, refillWorklist } from './scanblock-lab-worklist.ts';
import { getempty, type WorkbufRef } from './work.ts';

const MARK = CONFIG + Config.at.labMark;
const ORDER_OF = CONFIG + Config.at.labOrder;
const DIRECTION_OF = CONFIG + Config.at.labDirection;
const SPLIT = CONFIG + Config.at.labSplit;
const PREFETCH = CONFIG + Config.at.labPrefetch;

/** More than any object has. */
const WHOLE = 2 ** 30;

/** As scanblock, for the 64-bit machine. */
export function scanblockLab(m: Mem, mp: MRef, work: WorkbufRef, keepworking: boolean): void {
  const byByte = m[MARK] === MARK_BY.byte;
  const fifo = m[ORDER_OF] === ORDER.fifo;
  const backwards = m[DIRECTION_OF] === DIRECTION.backwards;
  const split = m[SPLIT] === 0 ? WHOLE : m[SPLIT];
  const distance = m[PREFETCH];
  const m8 = byteView(m);
  const sb = scanbufOf(mp);
  openWorklist(m, mp, sb, fifo, work === 0 ? getempty(m, mp, 0) : work);
  for (;;) {
    if (!scanPieces(m, m8, mp, sb, byByte, fifo, backwards, split, distance)) {
      flushPending(m, sb);
      if (!refillWorklist(m, mp, sb, fifo, keepworking)) return;
    }
  }
}
