/** Setting the types of new blocks; how they are kept is in heap/mtypes.ts. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import type { Ref } from '../memory/address.ts';
import type { MRef } from '../machine/m.ts';
import { blockNumber, bytesRecordSize, copyToWords, setByteType, setWordType } from '../heap/mtypes.ts';
import { MTYPES } from '../heap/type.ts';
import { Span, spanOf, type SpanRef } from '../heap/span.ts';
import { FLAG_NOPROFILING, FLAG_NOSCAN } from './flags.ts';
import { mallocgc } from './malloc.ts';

const PTR_WORDS = CONFIG + Config.at.ptrWords;
const { sizeclass: SIZECLASS, nelems: NELEMS, compression: COMPRESSION, typedata: TYPEDATA } = Span.at;

/** Go's settype: `info` (see typeInfo in heap/type.ts) is the type of the block at `p`, just handed out to `mp`. */
export function settype(m: Mem, mp: MRef, p: Ref, info: number): void {
  const s = spanOf(m, p);
  if (m[s + SIZECLASS] === 0) {
    m[s + COMPRESSION] = MTYPES.single;
    m[s + TYPEDATA] = info;
    return;
  }
  const block = blockNumber(m, s, p);
  if (m[s + COMPRESSION] === MTYPES.empty) beginBytes(m, mp, s);
  if (m[s + COMPRESSION] === MTYPES.bytes && !setByteType(m, s, block, info)) widen(m, mp, s);
  if (m[s + COMPRESSION] === MTYPES.words) setWordType(m, s, block, info);
}

function beginBytes(m: Mem, mp: MRef, s: SpanRef): void {
  m[s + TYPEDATA] = mallocgc(m, mp, bytesRecordSize(m, m[s + NELEMS]), FLAG_NOSCAN | FLAG_NOPROFILING);
  m[s + COMPRESSION] = MTYPES.bytes;
}

/** From bytes to words; the old object is garbage from here on. */
function widen(m: Mem, mp: MRef, s: SpanRef): void {
  const n = m[s + NELEMS];
  const words = mallocgc(m, mp, n * m[PTR_WORDS] * 4, FLAG_NOSCAN | FLAG_NOPROFILING);
  copyToWords(m, s, words, n);
  m[s + TYPEDATA] = words;
  m[s + COMPRESSION] = MTYPES.words;
}
