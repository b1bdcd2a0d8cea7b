/**
 * The mark loop of Go 1.3.
 *
 *   1. Scan the objects of the workbuf and what they lead to, until it stays empty: scan-objects.ts
 *      without types, scan-typed.ts or scan-heapbits.ts with them. These run as WebAssembly on threads.
 *   2. Get another workbuf (work.ts), or return.
 *
 * Invariant: the world is stopped, so the heap's words and the allocation bits are constant. Only
 * mark bits change. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, TYPES, ptrWords } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { scanHeapBits, scanObjects, scanTyped } from './compiled.ts';
import { openWorkbuf, refillWork } from './flush.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { NPROC, type WorkbufRef } from './work.ts';

const TYPES_OF = CONFIG + Config.at.types;
const { nobj: NOBJ } = ScanBuf.at;

/** Scans the objects of `wbuf` and all they lead to; see scan in policy.ts. */
export function scanblock(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const alone = m[NPROC] === 1;
  const pw = ptrWords(m);
  openWorkbuf(m, sb, wbuf);
  do {
    if (m[TYPES_OF] === TYPES.mtypes) scanTyped(m, mp, sb, alone, pw);
    else if (m[TYPES_OF] === TYPES.heapbits) scanHeapBits(m, mp, sb, alone, pw);
    else scanObjects(m, mp, sb, alone, pw);
  } while (m[sb + NOBJ] !== 0 || refillWork(m, mp, sb, keepworking));
}
