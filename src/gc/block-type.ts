/** The type information of a block, from its span, in the form that the mark loop takes (Go's gettype). */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { LOOP, MTYPES, PC_BITS, PRECISE, SCAN_ALL, TYPE_INFO, Type, programInfo, typeOfInfo } from '../heap/type.ts';
import { gettype } from '../heap/mtypes.ts';

const { compression: COMPRESSION } = Span.at;

/** Returns the GC program of the block at `b` in span `s` with its flags, a channel's type, or SCAN_ALL. */
export function blockType(m: Mem, s: SpanRef, b: Ref): number {
  if (m[s + COMPRESSION] === MTYPES.empty) return SCAN_ALL;
  const info = gettype(m, s, b);
  if (info === 0) return SCAN_ALL;
  const type = typeOfInfo(info);
  if ((info & PC_BITS) === TYPE_INFO.chan) return programInfo(type, LOOP);
  const program = m[type + Type.at.gc];
  // An array of values of size 0 would repeat for ever.
  return programInfo(program, (info & PC_BITS) === TYPE_INFO.array && m[program] !== 0 ? PRECISE | LOOP : PRECISE);
}

/** Reports whether `ti` names a channel's type. A program that repeats is always precise. */
export function isChan(ti: number): boolean {
  return (ti & PC_BITS) === LOOP;
}
