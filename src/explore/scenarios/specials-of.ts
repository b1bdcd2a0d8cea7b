/** The specials of a span, as a broken list may have them: it is followed no further than there are records. */
import { Special } from '../../heap/special.ts';
import { Span } from '../../heap/span.ts';
import { FixAlloc } from '../../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../../malloc/mheap-record.ts';

export interface SpecialOf {
  /** Byte offset in the memory of what it is for. */
  readonly address: number;
  /** One of SPECIAL_KIND. */
  readonly kind: number;
}

/** Those of the span record at `s`, in their order. */
export function specialsOf(m: Int32Array, s: number): readonly SpecialOf[] {
  const found: SpecialOf[] = [];
  const most = m[MHEAP + MHeap.at.specialalloc + FixAlloc.at.carved];
  for (let x = m[s + Span.at.specials]; x !== 0 && found.length < most; x = m[x + Special.at.next]) {
    found.push({ address: m[s + Span.at.start] * 4 + m[x + Special.at.offset], kind: m[x + Special.at.kind] });
  }
  return found;
}
