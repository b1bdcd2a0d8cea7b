/** Recording the types of new blocks (MTypes); heap/mtypes.ts has the layout. Source: settype in malloc.goc of Go 1.3. */
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

/** Records `info` (see typeInfo in heap/type.ts) as the type of the block at `p`, which `mp` has just allocated. */
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

/** Gives the span its first record: a byte for each block. */
function beginBytes(m: Mem, mp: MRef, s: SpanRef): void {
  m[s + TYPEDATA] = mallocgc(m, mp, bytesRecordSize(m, m[s + NELEMS]), FLAG_NOSCAN | FLAG_NOPROFILING);
  m[s + COMPRESSION] = MTYPES.bytes;
}

/** Switches the span from a byte to a word for each block. The old record becomes garbage. */
function widen(m: Mem, mp: MRef, s: SpanRef): void {
  const n = m[s + NELEMS];
  const words = mallocgc(m, mp, n * m[PTR_WORDS] * 4, FLAG_NOSCAN | FLAG_NOPROFILING);
  copyToWords(m, s, words, n);
  m[s + TYPEDATA] = words;
  m[s + COMPRESSION] = MTYPES.words;
}
