/**
 * The concurrent mark loop: scans pieces of memory that mutators write at the same time.
 *
 * Every word is loaded once, racily. A stale or torn pointer is harmless: a stale one keeps a block
 * for one more cycle, and the barrier shades what the load has missed. The tag of a pointer is
 * written before its low word and survives nil, so a pointer is never taken for an integer.
 *
 * It uses only integers, locals and words of the memory, so that src/compiled can compile it to
 * WebAssembly. It also runs as JavaScript.
 *
 * Source: scanobject in mgcmark.go of Go 1.5; the pieces of a large object are the oblets of Go 1.8.
 */
import type { Mem } from '../../../memory/struct.ts';
import { CONFIG, Config } from '../../../memory/config.ts';
import type { Ref } from '../../../memory/address.ts';
import { isTag } from '../../../memory/pointer.ts';
import { racyLoad } from '../../../sync/racy.ts';
import { SCAN_ALL } from '../../../heap/type.ts';
import type { MRef } from '../../../machine/m.ts';
import { ScanBuf, scanbufOf } from '../../scanbuf.ts';
import { enqueueRoot, objAt, workbufStruct, type WorkbufRef } from '../../work.ts';
import { blockWords, grey } from './shade.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { nobj: NOBJ } = workbufStruct(1).at;
const { scanned: SCANNED } = ScanBuf.at;

/** The most 32-bit words scanned at once: 128 KB. The remainder of a larger object is work of its own. */
export const PIECE_WORDS = 1 << 15;

/**
 * Scans the objects of `wbuf` and what they lead to, until about `budget` words are scanned, or no object is left in the workbuf.
 * The scan buffer of `mp` tells the words scanned. Returns the workbuf to go on with.
 */
export function scanBuffered(m: Mem, mp: MRef, wbuf: WorkbufRef, budget: number): WorkbufRef {
  let b = wbuf;
  let scanned = 0;
  while (scanned < budget && m[b + NOBJ] !== 0) {
    m[b + NOBJ]--;
    const obj = objAt(b, m[b + NOBJ]);
    const words = m[obj + 1];
    scanned = scanned + atMostPiece(words);
    b = scanWords(m, mp, b, m[obj], words);
  }
  m[scanbufOf(mp) + SCANNED] = scanned;
  return b;
}

function atMostPiece(words: number): number {
  return words < PIECE_WORDS ? words : PIECE_WORDS;
}

/** Scans the `words` words at `p`, and adds the blocks found to `wbuf`. Returns the workbuf to go on with. */
export function scanWords(m: Mem, mp: MRef, wbuf: WorkbufRef, p: Ref, words: number): WorkbufRef {
  const pw = m[PTR_WORDS];
  const n = atMostPiece(words);
  let b = words > n ? enqueueRoot(m, mp, wbuf, p + n, words - n, SCAN_ALL) : wbuf;
  for (let i = p; i < p + n; i += pw) {
    if (pw === 2 && !isTag(m, racyLoad(m, i + 1))) continue;
    const low = racyLoad(m, i);
    if (low !== 0) b = addGrey(m, mp, b, grey(m, low));
  }
  return b;
}

/** Adds the grey block `p`, 0 for none, to `wbuf`. Returns the workbuf to go on with. */
export function addGrey(m: Mem, mp: MRef, wbuf: WorkbufRef, p: Ref): WorkbufRef {
  return p === 0 ? wbuf : enqueueRoot(m, mp, wbuf, p, blockWords(m, p), 0);
}
