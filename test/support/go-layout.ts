/**
 * How Go lays types out, worked out once more from the declarations alone: what tests compare
 * the table of descriptors, the GC programs and the collector with. Nothing is asked of src but
 * the form of a declaration.
 */
import type { Of, TypeDecl } from '../../src/heap/type-decl.ts';

/** What holds a pointer, or a number, in a value. */
export interface Part {
  readonly kind: 'pointer' | 'map' | 'any' | 'slice' | 'string' | 'eface' | 'iface' | 'chan' | 'number';
  /** 32-bit words from the value's start. */
  readonly at: number;
  /** What it points at, its elements, or of a channel its own type. */
  readonly type?: TypeDecl;
}

/** A value within another: an element, a field, or all of it. */
export interface Inner {
  readonly type: TypeDecl;
  readonly at: number;
}

export function given(of: Of): TypeDecl {
  return typeof of === 'function' ? of() : of;
}

export function bytesOf(type: TypeDecl, pw: number): number {
  if (type.kind === 'array') return type.length * bytesOf(given(type.of), pw);
  if (type.kind === 'struct') return structOf(type, pw).bytes;
  if (type.kind === 'scalar') return type.bytes === 'word' ? 4 * pw : type.bytes;
  const words = { string: 2, eface: 2, iface: 2, slice: 3 };
  return (words[type.kind as keyof typeof words] ?? 1) * 4 * pw;
}

export function alignOf(type: TypeDecl, pw: number): number {
  if (type.kind === 'array') return alignOf(given(type.of), pw);
  if (type.kind === 'struct') return structOf(type, pw).align;
  return type.kind === 'scalar' && type.bytes !== 'word' ? type.bytes : 4 * pw;
}

function structOf(type: TypeDecl & { kind: 'struct' }, pw: number) {
  let bytes = 0;
  let align = 1;
  const offsets: number[] = [];
  for (const field of Object.values(type.fields).map(given)) {
    const own = alignOf(field, pw);
    align = Math.max(align, own);
    while (bytes % own !== 0) bytes++;
    offsets.push(bytes);
    bytes += bytesOf(field, pw);
  }
  while (bytes % align !== 0) bytes++;
  return { bytes, align, offsets };
}

/** The fields of a struct or the elements of an array, with their offsets in 32-bit words. */
function members(type: TypeDecl, pw: number): Inner[] {
  if (type.kind === 'array') {
    const of = given(type.of);
    return Array.from({ length: type.length }, (_, i) => ({ type: of, at: (i * bytesOf(of, pw)) / 4 }));
  }
  if (type.kind !== 'struct') return [];
  const { offsets } = structOf(type, pw);
  return Object.values(type.fields).map((field, i) => ({ type: given(field), at: offsets[i] / 4 }));
}

/** All pointers and word-sized numbers of a value, in order. */
export function partsOf(type: TypeDecl, pw: number, at = 0): Part[] {
  switch (type.kind) {
    case 'struct':
    case 'array':
      return members(type, pw).flatMap((member) => partsOf(member.type, pw, at + member.at));
    case 'scalar':
      return type.bytes === 'word' ? [{ kind: 'number', at }] : [];
    case 'pointer':
      return [{ kind: 'pointer', at, type: given(type.to) }];
    case 'map':
      return [{ kind: 'map', at, type: type.hmap }];
    case 'slice':
      return [{ kind: 'slice', at, type: given(type.of) }];
    case 'chan':
      return [{ kind: 'chan', at, type }];
    case 'unsafePointer':
    case 'func':
      return [{ kind: 'any', at }];
    default:
      return [{ kind: type.kind, at }];
  }
}

/** The value itself and every value within it. */
export function innerValues(type: TypeDecl, pw: number, at = 0): Inner[] {
  return [{ type, at }, ...members(type, pw).flatMap((member) => innerValues(member.type, pw, at + member.at))];
}

/** Words that may hold a pointer, from the value's start; of an interface both. */
export function slotsOf(type: TypeDecl, pw: number): number[] {
  return partsOf(type, pw).flatMap(({ kind, at }) => (kind === 'number' ? [] : kind === 'eface' || kind === 'iface' ? [at, at + pw] : [at]));
}

export function holdsPointers(type: TypeDecl): boolean {
  if (type.kind === 'array') return type.length > 0 && holdsPointers(given(type.of));
  if (type.kind === 'struct') return Object.values(type.fields).some((field) => holdsPointers(given(field)));
  return type.kind !== 'scalar';
}
