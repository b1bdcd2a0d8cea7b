/**
 * The mark loop of Go 1.3 without types. The inner part is scan-objects.ts, which runs as
 * WebAssembly on threads. When the workbuf stays empty, the M gets another one (work.ts), or returns.
 *
 * Invariant: the world is stopped, so the heap's words and the allocation bits are constant. Only
 * mark bits change. Source: scanblock of Go 1.3's mgc0.c.
 */
import type { Mem } from '../memory/struct.ts';
import { ptrWords } from '../memory/config.ts';
import type { MRef } from '../machine/m.ts';
import { scanObjects } from './compiled.ts';
import { openWorkbuf, refillWork } from './flush.ts';
import { ScanBuf, scanbufOf } from './scanbuf.ts';
import { NPROC, type WorkbufRef } from './work.ts';

const { nobj: NOBJ } = ScanBuf.at;

/** Scans the objects of `wbuf` and all they lead to; see scan in policy.ts. */
export function scanblock(m: Mem, mp: MRef, wbuf: WorkbufRef, keepworking: boolean): void {
  const sb = scanbufOf(mp);
  const alone = m[NPROC] === 1;
  openWorkbuf(m, sb, wbuf);
  do scanObjects(m, mp, sb, alone, ptrWords(m));
  while (m[sb + NOBJ] !== 0 || refillWork(m, mp, sb, keepworking));
}
