/**
 * Types as the collector sees them: descriptors in a table outside the heap, each with a GC
 * program that says where the pointers of a value are, as Go 1.3's compiler emitted them.
 *
 * A program is a row of 32-bit words: first the size of the value, then instructions. An
 * instruction's first word holds its number and, from OFFSET_SHIFT on, where in the value what
 * it tells of lies; its arguments follow. Pointers of one type that lie side by side are one
 * instruction. Sizes and offsets count 32-bit words of memory.
 */
import { BOOT } from '../memory/guardian.ts';
import { by, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { elsewhere } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';

export type TypeRef = Ref;

/** Instructions of GC programs, with Go 1.3's numbers, and their arguments beside the offset. */
export const GC = {
  /** End of the value, of an element, of a subroutine. */
  end: 0,
  /** A pointer to a value of known type: that type's program, as programInfo has it. */
  ptr: 1,
  /** A pointer to anything. */
  aptr: 2,
  /** An array: count, size of an element. */
  arrayStart: 3,
  arrayNext: 4,
  /** A subroutine: where its program is, relative to this instruction. */
  call: 5,
  /** A channel: its type. */
  chanPtr: 6,
  string: 7,
  eface: 8,
  iface: 9,
  /** A slice: the element's program. */
  slice: 10,
  /** A part of the value that is scanned by itself: size, program with its bits. */
  region: 11,
  /** Every word of the block may be a pointer. */
  defaultPtr: 12,
  /** The block is a channel. */
  chan: 13,
} as const;

export const INSTRUCTION_MASK = 15;
/** Pointers side by side that one GC.ptr or GC.aptr stands for, less one; 0 in other instructions. */
export const RUN_SHIFT = 4;
export const RUN_MASK = 63;
export const MAX_RUN = RUN_MASK + 1;
export const OFFSET_SHIFT = 10;

/** First word of an instruction about what lies `offset` words from the value's start, `run` times side by side. */
export function gcInstruction(instruction: number, offset: number, run = 1): number {
  return (offset << OFFSET_SHIFT) | ((run - 1) << RUN_SHIFT) | instruction;
}

/** Frames that calls and arrays of one program may nest; Go's GC_STACK_CAPACITY. */
export const GC_STACK_CAPACITY = 8;

/** Beside a program: the type is the block's own, so nothing lies behind it; the value repeats to the block's end. */
export const PRECISE = 1;
export const LOOP = 2;
/** The two, and whatever takes their place, beside a ref in one word. */
export const PC_BITS = 3;
const PC_SHIFT = 2;

/** Beside no program: every word may be a pointer. */
export const SCAN_ALL = LOOP;

/** Beside a type, in an MTypes: what the block is of that type. */
export const TYPE_INFO = { singleObject: 0, array: 1, chan: 2 } as const;

/** How a span keeps the types of its blocks. */
export const MTYPES = { empty: 0, single: 1, words: 2, bytes: 3 } as const;

/** Go's kinds, as far as they are used. */
export const KIND = {
  int: 2, uint8: 8, uintptr: 12, array: 17, chan: 18, func: 19, interface: 20, map: 21, ptr: 22, slice: 23, string: 24, struct: 25, unsafePointer: 26,
} as const;
export const KIND_MASK = 127;
/** Beside the kind: values hold no pointers. */
export const KIND_NO_POINTERS = 128;

export const Type = struct('type', 16, {
  /** Bytes of a value. */
  size: by(BOOT),
  kind: by(BOOT),
  /** Its program. */
  gc: by(BOOT),
  /** Type of what it points at, of its elements; 0 for none. */
  elem: by(BOOT),
  /** A bit for each pointer-sized word that may hold a pointer, from the first word of `mask` on. */
  mask: by(BOOT),
  /** The same once more, field by field and without a program: what the oracle goes by. */
  fields: by(BOOT),
  nfields: by(BOOT),
  /** Its number in the table. */
  index: by(BOOT),
  pad: padding(6),
  /** An itab for it: one word that names the type. */
  itab: by(BOOT),
});

/** What holds pointers in a value, for the oracle. */
export const FIELD = { ptr: 1, slice: 2, string: 3, eface: 4, iface: 5, chan: 6, value: 7 } as const;

export const TypeField = struct('typefield', 4, {
  /** 32-bit words from the value's start. */
  offset: by(BOOT),
  /** One of FIELD. */
  kind: by(BOOT),
  /** FIELD.value: how many values in a row; else 1. */
  count: by(BOOT),
  /** FIELD.value: their type. */
  type: by(BOOT),
});

elsewhere(Type, 'the type table');
elsewhere(TypeField, 'the type table');

const TYPE_TABLE = CONFIG + Config.at.typeTable;

/** Words before the first descriptor. */
export const TABLE_HEADER = 16;

/** Type `index` of the workload's table. */
export function typeAt(m: Mem, index: number): TypeRef {
  return m[TYPE_TABLE] + TABLE_HEADER + index * Type.words;
}

/** The itab that an interface value of that type holds. */
export function itabOf(type: TypeRef): Ref {
  return type + Type.at.itab;
}

/** Do values of the type hold no pointers? */
export function hasNoPointers(m: Mem, type: TypeRef): boolean {
  return (m[type + Type.at.kind] & KIND_NO_POINTERS) !== 0;
}

/** A type and TYPE_INFO in one word. */
export function typeInfo(type: TypeRef, info: number): number {
  return (type << PC_SHIFT) | info;
}

/** The type in such a word. */
export function typeOfInfo(info: number): TypeRef {
  return info >>> PC_SHIFT;
}

/** A program and its bits in one word. */
export function programInfo(program: Ref, bits: number): number {
  return (program << PC_SHIFT) | bits;
}

/** The program in such a word. */
export function programOf(ti: number): Ref {
  return ti >>> PC_SHIFT;
}
