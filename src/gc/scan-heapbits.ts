/**
 * The inner part of Go 1.3's mark loop with pointer bits: as scan-objects.ts, but only the words of a
 * block whose bit is set are read.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PTR_TAG, type Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { SCAN_ALL } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { flushptrbuf } from './flush.ts';
import { RUN } from './scan-objects.ts';
import { ScanBuf } from './scanbuf.ts';
import { objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_BITS = CONFIG + Config.at.ptrBits;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;
const EVERY_WORD = SCAN_ALL;
const ARENA_END = ARENA_USED;

/** As scanObjects, with pointer bits. */
export function scanHeapBits(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const ptrBits = m[PTR_BITS];
  const wordShift = pw - 1;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  let pos = ptrs;
  let objects = 0;
  // Of the block being scanned: the bits of the words from `i` on, the first heap word without a bit here, the last one.
  let bits = 0;
  let i = 0;
  let at = 0;
  let end = 0;
  let isBlock = true;
  for (;;) {
    while (pos !== ptrsEnd) {
      if (bits === 0) {
        if (at >= end) break;
        // One word of bits at a time; a small block needs only one.
        const shift = at & 31;
        bits = (isBlock ? m[(ptrBits + (at >> 5)) | 0] : -1) >>> shift;
        if (end - at < 32 - shift) bits &= (1 << (end - at)) - 1;
        i = (arena + (at << wordShift)) | 0;
        at = (at + 32 - shift) | 0;
        continue;
      }
      if ((bits & 1) === 0) {
        const skipped = 31 - Math.clz32(bits & -bits);
        bits >>>= skipped;
        i = (i + (skipped << wordShift)) | 0;
      }
      const p = m[i];
      const off = ((p >>> 2) - arena) | 0;
      if (!(off < 0 || off >= used) && (pw === 1 || m[(i + 1) | 0] === TAG)) {
        m[pos] = p;
        pos = (pos + 2) | 0;
      }
      bits >>>= 1;
      i = (i + pw) | 0;
    }
    if (pos === ptrsEnd || m[sb + NOBJ] === 0) {
      flushptrbuf(m, mp, sb, pos, alone, pw);
      pos = ptrs;
      if (bits !== 0 || at < end) continue;
      if (m[sb + NOBJ] === 0 || objects > RUN) return;
    }
    const nobj = (m[sb + NOBJ] - 1) | 0;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj) | 0;
    objects = (objects + 1) | 0;
    isBlock = m[(obj + 2) | 0] !== EVERY_WORD;
    at = ((m[obj] - arena) | 0) >> wordShift;
    end = (at + (m[(obj + 1) | 0] >> wordShift)) | 0;
  }
}
