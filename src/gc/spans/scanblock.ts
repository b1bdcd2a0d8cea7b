/**
 * The mark loop of `--policy spans`: small objects are scanned a span at a time.
 *
 * A pointer's target is marked as in the other loops. But if it lies on a page of small blocks, the page
 * is queued, and not the block. While it waits in the queue, more of its blocks are marked. So a visit scans
 * several neighbours, in the order of their addresses, and the processor loads ahead.
 *
 *     state.ts   the words of pages, scan bits, and queues
 *     claim.ts   which M queues a span
 *     queue.ts   the queue of each M, and stealing
 *     mark.ts    marks targets, and makes work of them
 *     scan.ts    scans objects and spans; runs as WebAssembly on threads
 *     wait.ts    looks for work, and finds the end of the mark
 *
 * Source: mgcmark_greenteagc.go of Go 1.25 and 1.26; golang/go#73581.
 */
import type { Mem } from '../../memory/struct.ts';
import { M, type MRef } from '../../machine/m.ts';
import { scanSpans } from '../compiled.ts';
import { countScanned } from '../count-scan.ts';
import { openWorkbuf } from '../flush.ts';
import { ScanBuf, scanbufOf } from '../scanbuf.ts';
import { NPROC, putempty, type WorkbufRef } from '../work.ts';
import { noSpans } from './queue.ts';
import { queueOf } from './state.ts';
import { FOUND, findSpanWork } from './wait.ts';

const { wbuf: WBUF, nobj: NOBJ, scanned: SCANNED } = ScanBuf.at;
const { heartbeat: HEARTBEAT } = M.at;

/** Scans the objects of `wbuf` and all they lead to; see scan in policy.ts. */
export function scanblockSpans(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const q = queueOf(m, mp);
  const alone = m[NPROC] === 1;
  openWorkbuf(m, sb, wbuf);
  for (;;) {
    scanSpans(m, mp, sb, alone);
    countScanned(m, mp, m[sb + SCANNED]);
    m[mp + HEARTBEAT]++;
    if (m[sb + NOBJ] !== 0 || !noSpans(m, q)) continue;
    const held = m[sb + WBUF];
    m[sb + WBUF] = 0;
    if (!keepworking) {
      if (held !== 0) putempty(m, mp, held);
      return;
    }
    const found = findSpanWork(m, mp, held);
    if (found === FOUND.nothing) return;
    if (found !== FOUND.spans) openWorkbuf(m, sb, found);
  }
}
