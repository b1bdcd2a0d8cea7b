/** Reads the specials of a span. The list may be broken: it is followed for at most as many links as there are records. */
import { Special } from '../../heap/special.ts';
import { Span } from '../../heap/span.ts';
import { FixAlloc } from '../../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../../malloc/mheap-record.ts';

export interface SpecialOf {
  /** Byte offset in the memory of the special's object. */
  readonly address: number;
  /** One of SPECIAL_KIND. */
  readonly kind: number;
}

/** Returns the specials of the span record at `s`, in the order of the list. */
export function specialsOf(m: Int32Array, s: number): readonly SpecialOf[] {
  const found: SpecialOf[] = [];
  const most = m[MHEAP + MHeap.at.specialalloc + FixAlloc.at.carved];
  for (let x = m[s + Span.at.specials]; x !== 0 && found.length < most; x = m[x + Special.at.next]) {
    found.push({ address: m[s + Span.at.start] * 4 + m[x + Special.at.offset], kind: m[x + Special.at.kind] });
  }
  return found;
}
