/** How a block is to be scanned, by what its span knows of it: Go's gettype, made ready for the mark loop. */
import type { Mem } from '../memory/struct.ts';
import type { Ref } from '../memory/address.ts';
import { Span, type SpanRef } from '../heap/span.ts';
import { LOOP, MTYPES, PC_BITS, PRECISE, SCAN_ALL, TYPE_INFO, Type, programInfo, typeOfInfo } from '../heap/type.ts';
import { gettype } from '../heap/mtypes.ts';

const { compression: COMPRESSION } = Span.at;

/** The program of the block at `b` in span `s` with its bits; a channel's type; or SCAN_ALL. */
export function blockType(m: Mem, s: SpanRef, b: Ref): number {
  if (m[s + COMPRESSION] === MTYPES.empty) return SCAN_ALL;
  const info = gettype(m, s, b);
  if (info === 0) return SCAN_ALL;
  const type = typeOfInfo(info);
  if ((info & PC_BITS) === TYPE_INFO.chan) return programInfo(type, LOOP);
  const program = m[type + Type.at.gc];
  // Values of no size could be repeated for ever.
  return programInfo(program, (info & PC_BITS) === TYPE_INFO.array && m[program] !== 0 ? PRECISE | LOOP : PRECISE);
}

/** Does blockType's answer name a channel's type? A program that repeats is always precise. */
export function isChan(ti: number): boolean {
  return (ti & PC_BITS) === LOOP;
}
