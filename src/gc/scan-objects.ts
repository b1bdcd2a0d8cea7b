/**
 * The inner part of Go 1.3's mark loop without types.
 *
 *   1. Take an object from the workbuf.
 *   2. Read its words. Buffer each that carries a pointer's tag and lies in the used arena.
 *   3. When the buffer is full, or the workbuf is empty, flush it: mark the blocks pointed at, and
 *      add those that may hold pointers to the workbuf (flush.ts).
 *   4. Return when the workbuf stays empty, or after so many objects.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { PTR_TAG, type Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { ARENA_USED } from '../malloc/mheap.ts';
import { countsWork } from './collect-stats.ts';
import { countBlock, countScanned } from './count-scan.ts';
import { flushptrbuf } from './flush.ts';
import { ScanBuf } from './scanbuf.ts';
import { objAt } from './work.ts';

const ARENA = CONFIG + Config.at.arenaStart;
const PTRBUF_CAP = CONFIG + Config.at.ptrBufCap;
const { wbuf: WBUF, nobj: NOBJ, ptr: PTR } = ScanBuf.at;

// Local names: V8 folds these, and not those of another module.
const TAG = PTR_TAG;
const ARENA_END = ARENA_USED;

/**
 * Objects scanned in one call, at least. A long loop stays in the code that V8 made before it
 * optimised; a function that is called often does not.
 */
export const RUN = 4096;

/**
 * Scans the objects of the workbuf of `sb` and what they lead to. Afterwards the workbuf holds no
 * object, or RUN objects have been scanned. No pointer stays in the buffer.
 * @param alone no other M marks
 * @param pw words of a pointer
 */
export function scanObjects(m: Mem, mp: MRef, sb: Ref, alone: boolean, pw: number): void {
  const arena = m[ARENA];
  const used = (m[ARENA_END] - arena) | 0;
  const ptrs = (sb + PTR) | 0;
  const ptrsEnd = (ptrs + m[PTRBUF_CAP] * 2) | 0;
  const counting = countsWork(m);
  let pos = ptrs;
  let objects = 0;
  let scanned = 0;
  // The remainder of the object being scanned.
  let i = 0;
  let end = 0;
  for (;;) {
    for (; i < end; i = (i + pw) | 0) {
      if (pw === 2 && m[(i + 1) | 0] !== TAG) continue;
      const p = m[i];
      const off = ((p >>> 2) - arena) | 0;
      if (off < 0 || off >= used) continue;
      m[pos] = p;
      pos = (pos + 2) | 0;
      if (pos === ptrsEnd) {
        i = (i + pw) | 0;
        break;
      }
    }
    if (pos === ptrsEnd || m[sb + NOBJ] === 0) {
      flushptrbuf(m, mp, sb, pos, alone, pw);
      pos = ptrs;
      if (i < end) continue;
      if (m[sb + NOBJ] === 0 || objects > RUN) break;
    }
    const nobj = (m[sb + NOBJ] - 1) | 0;
    m[sb + NOBJ] = nobj;
    const obj = objAt(m[sb + WBUF], nobj) | 0;
    const words = m[(obj + 1) | 0];
    if (counting) countBlock(m, mp, sb, words, 0);
    objects = (objects + 1) | 0;
    scanned = (scanned + words) | 0;
    i = m[obj];
    end = (i + words) | 0;
    // Most objects hold their pointers first: skip the pointer-free end four words at a time.
    if (pw === 2) while (((end - 4) | 0) >= i && (m[(end - 1) | 0] | m[(end - 3) | 0]) === 0) end = (end - 4) | 0;
  }
  countScanned(m, mp, scanned);
}
