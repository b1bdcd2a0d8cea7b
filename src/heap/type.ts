/**
 * Types as the collector sees them: descriptors in a table outside the heap, each with a GC
 * program that says where the pointers of a value are, as emitted by Go 1.3's compiler.
 *
 * A program is a sequence of 32-bit words: the size of the value, then instructions. The first
 * word of an instruction holds its opcode, a run length and, from OFFSET_SHIFT on, an offset in
 * the value; its arguments follow. Adjacent pointers of one type are one instruction with a run
 * length. Sizes and offsets are in 32-bit words of memory.
 *
 * Source: mgc0.h and type.h of Go 1.3.
 */
import { BOOT } from '../memory/guardian.ts';
import { by, padding, struct, type Mem } from '../memory/struct.ts';
import { CONFIG, Config } from '../memory/config.ts';
import { elsewhere } from '../memory/regions.ts';
import type { Ref } from '../memory/address.ts';

export type TypeRef = Ref;

/** Opcodes of GC programs, as in Go 1.3; the comments name the arguments after the first word. */
export const GC = {
  /** End of the value, element or subroutine. */
  end: 0,
  /** A pointer to a value of known type: that type's program, as programInfo encodes it. */
  ptr: 1,
  /** A pointer to anything. */
  aptr: 2,
  /** An array: count, size of an element. */
  arrayStart: 3,
  arrayNext: 4,
  /** A subroutine: its address relative to this instruction. */
  call: 5,
  /** A channel: its type. */
  chanPtr: 6,
  string: 7,
  eface: 8,
  iface: 9,
  /** A slice: the element's program. */
  slice: 10,
  /** A part of the value that is scanned as an object of its own: size, program with its bits. */
  region: 11,
  /** Every word of the block may be a pointer. */
  defaultPtr: 12,
  /** The block is a channel. */
  chan: 13,
} as const;

export const INSTRUCTION_MASK = 15;
/** Position of the run length less one, in GC.ptr and GC.aptr; 0 in other instructions. */
export const RUN_SHIFT = 4;
export const RUN_MASK = 63;
export const MAX_RUN = RUN_MASK + 1;
export const OFFSET_SHIFT = 10;

/** Encodes the first word of an instruction for `run` adjacent items at `offset` words from the value's start. */
export function gcInstruction(instruction: number, offset: number, run = 1): number {
  return (offset << OFFSET_SHIFT) | ((run - 1) << RUN_SHIFT) | instruction;
}

/** The deepest nesting of calls and arrays in one program; Go's GC_STACK_CAPACITY. */
export const GC_STACK_CAPACITY = 8;

/** Flag of a program: the type is the block's own, so no pointers follow the value. */
export const PRECISE = 1;
/** Flag of a program: the value repeats up to the block's end. */
export const LOOP = 2;
/** Mask of the flags, encoded with a ref in one word. */
export const PC_BITS = 3;
const PC_SHIFT = 2;

/** Flags without a program: every word may be a pointer. */
export const SCAN_ALL = LOOP;

/** Encoded with a type in an MTypes: whether the block is one value, an array of values, or a channel. */
export const TYPE_INFO = { singleObject: 0, array: 1, chan: 2 } as const;

/** Forms of a span's record of types; see mtypes.ts. */
export const MTYPES = { empty: 0, single: 1, words: 2, bytes: 3 } as const;

/** Go's kinds; only those used. */
export const KIND = {
  int: 2, uint8: 8, uintptr: 12, array: 17, chan: 18, func: 19, interface: 20, map: 21, ptr: 22, slice: 23, string: 24, struct: 25, unsafePointer: 26,
} as const;
export const KIND_MASK = 127;
/** Flag of a kind: values hold no pointers. */
export const KIND_NO_POINTERS = 128;

export const Type = struct('type', 16, {
  /** Bytes of a value. */
  size: by(BOOT),
  /** One of KIND, and KIND_NO_POINTERS. */
  kind: by(BOOT),
  /** Ref of its GC program. */
  gc: by(BOOT),
  /** Type of its elements or of the value it points at; 0 for none. */
  elem: by(BOOT),
  /** Ref of a bit for each pointer-sized word of a value, set if it may hold a pointer. */
  mask: by(BOOT),
  /** Ref of the same layout field by field (TypeField), for the oracle. */
  fields: by(BOOT),
  /** Number of those fields. */
  nfields: by(BOOT),
  /** Number of the type in the table. */
  index: by(BOOT),
  pad: padding(6),
  /** An itab of the type: one word that names the type. */
  itab: by(BOOT),
});

/** Kinds of pointer fields of a value, for the oracle. */
export const FIELD = { ptr: 1, slice: 2, string: 3, eface: 4, iface: 5, chan: 6, value: 7 } as const;

export const TypeField = struct('typefield', 4, {
  /** 32-bit words from the value's start. */
  offset: by(BOOT),
  /** One of FIELD. */
  kind: by(BOOT),
  /** FIELD.value: number of adjacent values; else 1. */
  count: by(BOOT),
  /** FIELD.value: their type. */
  type: by(BOOT),
});

elsewhere(Type, 'the type table');
elsewhere(TypeField, 'the type table');

const TYPE_TABLE = CONFIG + Config.at.typeTable;

/** Words before the first descriptor. */
export const TABLE_HEADER = 16;

/** Returns type number `index` of the workload's table. */
export function typeAt(m: Mem, index: number): TypeRef {
  return m[TYPE_TABLE] + TABLE_HEADER + index * Type.words;
}

/** Returns the itab that an interface value of `type` holds. */
export function itabOf(type: TypeRef): Ref {
  return type + Type.at.itab;
}

/** Do values of the type hold no pointers? */
export function hasNoPointers(m: Mem, type: TypeRef): boolean {
  return (m[type + Type.at.kind] & KIND_NO_POINTERS) !== 0;
}

/** Encodes a type and one of TYPE_INFO in one word. */
export function typeInfo(type: TypeRef, info: number): number {
  return (type << PC_SHIFT) | info;
}

/** Decodes the type of a typeInfo word. */
export function typeOfInfo(info: number): TypeRef {
  return info >>> PC_SHIFT;
}

/** Encodes a program and its flags in one word. */
export function programInfo(program: Ref, bits: number): number {
  return (program << PC_SHIFT) | bits;
}

/** Decodes the program of a programInfo word. */
export function programOf(ti: number): Ref {
  return ti >>> PC_SHIFT;
}
