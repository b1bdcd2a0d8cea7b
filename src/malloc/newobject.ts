/** Typed allocation: Go's newobject, newarray, the block of makechan, and rawmem. No function here is a safe point. */
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

/** Allocates a zeroed value of `type`. */
export function newobject(m: Mem, mp: MRef, type: TypeRef): Ref {
  return mallocTyped(m, mp, m[type + Type.at.size], type, 1, TYPE_INFO.singleObject);
}

/**
 * Allocates an array of `n` zeroed values of `type`.
 * @throws Fatal (a Go panic) if `n` is negative or the array is larger than the arena
 */
export function newarray(m: Mem, mp: MRef, type: TypeRef, n: number): Ref {
  const size = m[type + Type.at.size];
  const arenaBytes = (m[CONFIG + Config.at.arenaEnd] - m[CONFIG + Config.at.arenaStart]) * 4;
  if (!(n >= 0) || (size > 0 && n > arenaBytes / size)) {
    panic('runtime: allocation size out of range', { n, size });
  }
  return mallocTyped(m, mp, size * n, type, n, TYPE_INFO.array);
}

/** Allocates `size` bytes without pointers, not zeroed. */
export function rawmem(m: Mem, mp: MRef, size: number): Ref {
  return mallocgc(m, mp, size, FLAG_NOSCAN | FLAG_NOZERO);
}

/** Allocates a channel of `type` with a buffer for `n` elements: header and buffer in one block. */
export function newchan(m: Mem, mp: MRef, type: TypeRef, n: number): Ref {
  const elem = m[type + Type.at.elem];
  const bytes = HCHAN_BYTES + n * m[elem + Type.at.size];
  if (n === 0 || hasNoPointers(m, elem)) return mallocgc(m, mp, bytes, FLAG_NOSCAN);
  const p = mallocgc(m, mp, bytes, FLAG_TYPED);
  if (m[TYPES_OF] === TYPES.mtypes) settype(m, mp, p, typeInfo(type, TYPE_INFO.chan));
  else if (m[TYPES_OF] === TYPES.heapbits) heapBitsSetType(m, p, blockBytes(m, p), HCHAN_WORDS, elem, n);
  return p;
}

/**
 * Allocates a block of `size` bytes for `count` values of `type`, and records its type for the
 * collector.
 * @param info one of TYPE_INFO
 */
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
