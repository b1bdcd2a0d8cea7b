/** Specials: sorted within a span, only on allocated blocks, and every record is on a span or unused. */
import { CONFIG, Config } from '../memory/config.ts';
import type { Mem } from '../memory/struct.ts';
import { SPECIAL_KIND, Special } from '../heap/special.ts';
import { Span } from '../heap/span.ts';
import { FixAlloc } from '../malloc/fixalloc.ts';
import { MHEAP, MHeap } from '../malloc/mheap.ts';
import type { Findings } from './problems.ts';
import { KIND, blockAt, hasBit, nameBlock, spanRef, spanStart, type HeapView } from './view.ts';

const { next: NEXT, offset: OFFSET, kind: SPECIAL } = Special.at;
const ALLOC = MHEAP + MHeap.at.specialalloc;

/** Reports whether `ref` lies in the persistent region, so that a record may be there. */
export function isPersistent(m: Mem, ref: number): boolean {
  return ref >= m[CONFIG + Config.at.persistentStart] && ref < m[CONFIG + Config.at.persistentEnd];
}

/** Returns the specials of span `i` in list order. A circular list yields at most as many as there are records. */
export function specialsOf(h: HeapView, i: number): readonly number[] {
  const m = h.m;
  const most = m[ALLOC + FixAlloc.at.carved];
  const found: number[] = [];
  for (let x = m[spanRef(h, i) + Span.at.specials]; isPersistent(m, x) && found.length < most; x = m[x + NEXT]) found.push(x);
  return found;
}

export function checkSpecials(h: HeapView, out: Findings): void {
  const m = h.m;
  const carved = m[ALLOC + FixAlloc.at.carved];
  if (carved === 0 && m[ALLOC + FixAlloc.at.inuse] === 0) return;
  let onSpans = 0;
  for (let i = 0; i < h.nspans; i++) {
    if (h.kind[i] === KIND.small || h.kind[i] === KIND.large) onSpans += checkListOf(h, out, i, carved - onSpans);
  }
  let unused = 0;
  for (let x = m[ALLOC + FixAlloc.at.list]; isPersistent(m, x) && unused <= carved; x = m[x]) unused++;
  const inuse = m[ALLOC + FixAlloc.at.inuse];
  if (onSpans + unused !== carved || inuse !== onSpans) {
    out.add('SPECIAL_COUNT', () => `of ${carved} special records ${onSpans} are on spans and ${unused} unused; ${inuse} count as in use`);
  }
  out.checks += onSpans + unused;
}

/** Checks the specials of span `i`, at most `most`. Returns their number. */
function checkListOf(h: HeapView, out: Findings, i: number, most: number): number {
  const m = h.m;
  let n = 0;
  let lastOffset = -1;
  let lastKind = 0;
  for (let x = m[spanRef(h, i) + Span.at.specials]; x !== 0; x = m[x + NEXT]) {
    if (!isPersistent(m, x) || ++n > most) {
      out.add('SPECIAL_COUNT', () => `the specials of span ${i} ${n > most ? 'do not end' : `point to word ${x}, which is none`}`);
      return Math.min(n, most);
    }
    const offset = m[x + OFFSET] >>> 0;
    const kind = m[x + SPECIAL];
    if (offset < lastOffset || (offset === lastOffset && kind <= lastKind)) {
      out.add('SPECIALS_ORDER', () => `in span ${i} the special of kind ${kind} at byte ${offset} stands after the one of kind ${lastKind} at byte ${lastOffset}`);
    }
    lastOffset = offset;
    lastKind = kind;
    checkTarget(h, out, i, offset, kind);
  }
  return n;
}

function checkTarget(h: HeapView, out: Findings, i: number, offset: number, kind: number): void {
  const off = blockAt(h, spanStart(h, i) + (offset >>> 2));
  if (off < 0 || h.owner[off >> 11] !== i + 1 || (kind !== SPECIAL_KIND.finalizer && kind !== SPECIAL_KIND.profile)) {
    out.add('SPECIAL_OFFSET', () => `span ${i} has a special of kind ${kind} at byte ${offset}, where no block of it is`);
  } else if (hasBit(h, h.free, off)) {
    out.add('SPECIAL_ON_FREE_BLOCK', () => `free block ${nameBlock(h, off)} has a special of kind ${kind}`);
  }
}
