/**
 * The inner part of Go 1.3's mark loop with pointer bits: as scan-objects.ts, but only the words of a
 * block whose bit is set are read.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { SCAN_ALL } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { flushptrbuf } from './flush.ts';
import { pointsIntoHeap } from './heap-pointer.ts';
import { RUN } from './scan-objects.ts';
import { ScanBuf } from './scanbuf.ts';
import { objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_BITS = CONFIG + Config.at.ptrBits;
const PTR_SHIFT = CONFIG + Config.at.ptrShift;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const EVERY_WORD = SCAN_ALL;
/** Words of an object of four slots. */
const FOUR_SLOTS = 8;
const ARENA_END = ARENA_USED;

/** As scanObjects, with pointer bits. */
export function scanHeapBits(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const arena = m[ARENA];
  const ptrShift = m[PTR_SHIFT];
  // As the low word of a pointer.
  const arenaLow = arena << ptrShift;
  const used = ((m[ARENA_END] << ptrShift) - arenaLow) | 0;
  const ptrBits = m[PTR_BITS];
  const wordShift = pw - 1;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  let wbuf = m[sb + WBUF];
  let nobj = m[sb + NOBJ];
  let pos = ptrs;
  let objects = 0;
  // Of the block being scanned: the bits of the words from `i` on, the first heap word without a bit here, the last one.
  let bits = 0;
  let i = 0;
  let at = 0;
  let end = 0;
  let isBlock = true;
  for (;;) {
    for (;;) {
      while (bits !== 0) {
        const slot = (i + (lowestBit(bits) << wordShift)) | 0;
        bits &= bits - 1;
        if (!pointsIntoHeap(m, slot, arenaLow, used, pw)) continue;
        m[pos] = m[slot];
        pos = (pos + 2) | 0;
        if (pos === ptrsEnd) break;
      }
      if (pos === ptrsEnd || at >= end) break;
      // One word of bits at a time; a small block needs only one.
      const shift = at & 31;
      bits = (isBlock ? m[(ptrBits + (at >> 5)) | 0] : -1) >>> shift;
      if (end - at < 32 - shift) bits &= (1 << (end - at)) - 1;
      i = (arena + (at << wordShift)) | 0;
      at = (at + 32 - shift) | 0;
    }
    if (pos === ptrsEnd || nobj === 0) {
      m[sb + NOBJ] = nobj;
      m[sb + NOBJ] = flushptrbuf(m, mp, sb, pos, m[sb + NOBJ], alone, pw, false);
      wbuf = m[sb + WBUF];
      nobj = m[sb + NOBJ];
      pos = ptrs;
      if (bits !== 0 || at < end) continue;
      if (nobj === 0 || objects > RUN) return;
    }
    nobj = (nobj - 1) | 0;
    const obj = objAt(wbuf, nobj) | 0;
    objects = (objects + 1) | 0;
    const words = m[(obj + 1) | 0];
    isBlock = m[(obj + 2) | 0] !== EVERY_WORD;
    if (pw === 2 && words === FOUR_SLOTS && isBlock && ptrsEnd - pos >= FOUR_SLOTS) {
      // Of a small object, the words that look like pointers are looked up: most are none, or few.
      const ref = m[obj];
      if ((m[(ref + 1) | 0] | m[(ref + 3) | 0] | m[(ref + 5) | 0] | m[(ref + 7) | 0]) === 0) continue;
      const number = ((ref - arena) | 0) >> wordShift;
      const its = m[(ptrBits + (number >> 5)) | 0] >>> number;
      for (let k = 0; k < 4; k = (k + 1) | 0) {
        const slot = (ref + (k << wordShift)) | 0;
        if (!pointsIntoHeap(m, slot, arenaLow, used, pw) || ((its >>> k) & 1) === 0) continue;
        m[pos] = m[slot];
        pos = (pos + 2) | 0;
      }
      continue;
    }
    at = ((m[obj] - arena) | 0) >> wordShift;
    end = (at + (words >> wordShift)) | 0;
  }
}

/** Returns the number of the lowest bit of `bits` that is set; one is. src/compiled has an instruction for it. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
