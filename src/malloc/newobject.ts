/** Typed allocation: Go's newobject, newarray, makechan's block and rawmem. None of them is a safe point. */
import type { Mem } from '../memory/struct.ts';
import { CONFIG, Config, TYPES } from '../memory/config.ts';
import { PAGE_BYTES, type Ref } from '../memory/address.ts';
import { panic } from '../base/fatal.ts';
import type { MRef } from '../machine/m.ts';
import { HCHAN_BYTES, HCHAN_WORDS } from '../heap/hchan.ts';
import { Span, spanOf } from '../heap/span.ts';
import { TYPE_INFO, Type, hasNoPointers, typeInfo, type TypeRef } from '../heap/type.ts';
import { heapBitsSetType } from './heapbits.ts';
import { FLAG_NOSCAN, FLAG_NOZERO, FLAG_TYPED } from './flags.ts';
import { ZEROBASE, mallocgc } from './malloc.ts';
import { settype } from './settype.ts';

const TYPES_OF = CONFIG + Config.at.types;

/** A zeroed value of `type`. */
export function newobject(m: Mem, mp: MRef, type: TypeRef): Ref {
  return mallocTyped(m, mp, m[type + Type.at.size], type, 1, TYPE_INFO.singleObject);
}

/**
 * `n` zeroed values of `type` in a row.
 * @throws Fatal, a panic, when so many can't be
 */
export function newarray(m: Mem, mp: MRef, type: TypeRef, n: number): Ref {
  const size = m[type + Type.at.size];
  const arenaBytes = (m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) * 4;
  if (!(n >= 0) || (size > 0 && n > arenaBytes / size)) {
    panic('runtime: allocation size out of range', { n, size });
  }
  return mallocTyped(m, mp, size * n, type, n, TYPE_INFO.array);
}

/** `size` bytes without pointers, not cleared. */
export function rawmem(m: Mem, mp: MRef, size: number): Ref {
  return mallocgc(m, mp, size, FLAG_NOSCAN | FLAG_NOZERO);
}

/** A channel of `type` with a buffer for `n` elements: header and buffer in one block. */
export function newchan(m: Mem, mp: MRef, type: TypeRef, n: number): Ref {
  const elem = m[type + Type.at.elem];
  const bytes = HCHAN_BYTES + n * m[elem + Type.at.size];
  if (n === 0 || hasNoPointers(m, elem)) return mallocgc(m, mp, bytes, FLAG_NOSCAN);
  const p = mallocgc(m, mp, bytes, FLAG_TYPED);
  if (m[TYPES_OF] === TYPES.mtypes) settype(m, mp, p, typeInfo(type, TYPE_INFO.chan));
  else if (m[TYPES_OF] === TYPES.heapbits) heapBitsSetType(m, p, blockBytes(m, p), HCHAN_WORDS, elem, n);
  return p;
}

/** A block for `count` values of `type`, whose type the collector can find. */
export function mallocTyped(m: Mem, mp: MRef, size: number, type: TypeRef, count: number, info: number): Ref {
  if (hasNoPointers(m, type)) return mallocgc(m, mp, size, FLAG_NOSCAN);
  const p = mallocgc(m, mp, size, FLAG_TYPED);
  if (p === ZEROBASE) return p;
  if (m[TYPES_OF] === TYPES.mtypes) settype(m, mp, p, typeInfo(type, info));
  else if (m[TYPES_OF] === TYPES.heapbits) heapBitsSetType(m, p, blockBytes(m, p), 0, type, count);
  return p;
}

function blockBytes(m: Mem, p: Ref): number {
  const s = spanOf(m, p);
  return m[s + Span.at.sizeclass] === 0 ? m[s + Span.at.npages] * PAGE_BYTES : m[s + Span.at.elemsize];
}
