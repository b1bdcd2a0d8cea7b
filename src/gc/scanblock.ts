/**
 * The mark loop of Go 1.3 without types.
 *
 *   1. Take an object from the workbuf.
 *   2. Read its words. Buffer each that carries a pointer's tag and lies in the used arena.
 *   3. When the buffer is full, or the workbuf is empty, flush it: mark the blocks pointed at, and
 *      add those that may hold pointers to the workbuf (flush.ts).
 *   4. When the workbuf stays empty, get another one (work.ts), or return.
 *
 * Invariant: the world is stopped, so the heap's words and the allocation bits are constant. Only
 * mark bits change. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PTR_TAG } from '../memory/address.ts';
import { addWide } from '../memory/wide.ts';
import { GCStats, M, type MRef } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { countsWork } from './collect-stats.ts';
import { countBlock } from './count-scan.ts';
import { flushptrbuf, refillWork } from './flush.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { objAt, workbufStruct, type WorkbufRef } from './work.ts';

const BYTES_SCANNED = M.at.gcstats + GCStats.at.bytesScanned;
const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;

/** Scans the objects of `wbuf` and all they lead to; see scan in policy.ts. */
export function scanblock(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const arena = m[ARENA];
  const used = (m[ARENA_USED] - arena) | 0;
  const ptrWords = m[PTR_WORDS];
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const counting = countsWork(m);
  let pos = ptrs;
  let scanned = 0;
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = wbuf === 0 ? 0 : m[wbuf + WORKBUF_NOBJ];
  for (;;) {
    if (m[sb + NOBJ] === 0) {
      flushptrbuf(m, mp, sb, pos);
      pos = ptrs;
      if (m[sb + NOBJ] === 0 && !refillWork(m, mp, sb, keepworking)) break;
    }
    const nobj = m[sb + NOBJ] - 1;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj) | 0;
    const b = m[obj];
    const words = m[(obj + 1) | 0];
    if (counting) countBlock(m, mp, sb, words, 0);
    scanned = (scanned + words) | 0;
    let end = (b + words) | 0;
    if (ptrWords === 2) {
      // Most objects hold their pointers first: skip the pointer-free end four words at a time.
      while (((end - 4) | 0) >= b && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
      for (let i = b; i < end; i = (i + 2) | 0) {
        if (m[(i + 1) | 0] !== TAG) continue;
        const p = m[i];
        const off = ((p >>> 2) - arena) | 0;
        if (off < 0 || off >= used) continue;
        m[pos] = p;
        pos = (pos + 2) | 0;
        if (pos === ptrsEnd) {
          flushptrbuf(m, mp, sb, pos);
          pos = ptrs;
        }
      }
    } else {
      for (let i = b; i < end; i = (i + 1) | 0) {
        const p = m[i];
        const off = ((p >>> 2) - arena) | 0;
        if (off < 0 || off >= used) continue;
        m[pos] = p;
        pos = (pos + 2) | 0;
        if (pos === ptrsEnd) {
          flushptrbuf(m, mp, sb, pos);
          pos = ptrs;
        }
      }
    }
  }
  addWide(m, mp + BYTES_SCANNED, scanned * 4);
}
