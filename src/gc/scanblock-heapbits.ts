/** The mark loop with pointer bits: as scanblock, but only the words of a block whose bit is set are read. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PTR_TAG } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { SCAN_ALL } from '../heap/type.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { flushptrbuf, refillWork } from './flush.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { NPROC, objAt, workbufStruct, type WorkbufRef } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTR_WORDS = CONFIG + Config.at.ptrWords;
const PTR_BITS = CONFIG + Config.at.ptrBits;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR } = ScanBuf.at;
const { nobj: WORKBUF_NOBJ } = workbufStruct(1).at;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;
const EVERY_WORD = SCAN_ALL;

/** As scanblock, with pointer bits. */
export function scanblockHeapBits(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const arena = m[ARENA];
  const used = m[ARENA_USED] - arena;
  const ptrBits = m[PTR_BITS];
  const pw = m[PTR_WORDS];
  const alone = m[NPROC] === 1;
  const wordShift = pw - 1;
  const ptrs = sb + PTR;
  const ptrsEnd = ptrs + m[PTRBUF_CAP] * 2;
  let pos = ptrs;
  m[sb + WBUF] = wbuf;
  m[sb + NOBJ] = wbuf === 0 ? 0 : m[wbuf + WORKBUF_NOBJ];
  for (;;) {
    if (m[sb + NOBJ] === 0) {
      flushptrbuf(m, mp, sb, pos, alone, pw);
      pos = ptrs;
      if (m[sb + NOBJ] === 0 && !refillWork(m, mp, sb, keepworking)) return;
    }
    const nobj = m[sb + NOBJ] - 1;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj);
    const b = m[obj];
    const isBlock = m[obj + 2] !== EVERY_WORD;
    let at = (b - arena) >> wordShift;
    const end = at + (m[obj + 1] >> wordShift);
    // One word of bits at a time; a small block needs only one.
    while (at < end) {
      const shift = at & 31;
      let bits = (isBlock ? m[ptrBits + (at >> 5)] : -1) >>> shift;
      if (end - at < 32 - shift) bits &= (1 << (end - at)) - 1;
      let i = arena + (at << wordShift);
      at += 32 - shift;
      while (bits !== 0) {
        if ((bits & 1) === 0) {
          const skipped = 31 - Math.clz32(bits & -bits);
          bits >>>= skipped;
          i += skipped << wordShift;
        }
        const p = m[i];
        if (((p >>> 2) - arena) >>> 0 < used && (pw === 1 || m[i + 1] === TAG)) {
          m[pos] = p;
          pos += 2;
          if (pos === ptrsEnd) {
            flushptrbuf(m, mp, sb, pos, alone, pw);
            pos = ptrs;
          }
        }
        bits >>>= 1;
        i += pw;
      }
    }
  }
}
