/**
 * Layout of Go values: sizes, alignments, field offsets and which types hold pointers, by the
 * rules of Go 1.3's compiler. `pw` is the pointer's size in 32-bit words.
 */
import { resolve, type TypeDecl } from './type-decl.ts';

export type StructDecl = TypeDecl & { kind: 'struct' };

/** Returns the bytes of a value of `type`. */
export function sizeOf(type: TypeDecl, pw: 1 | 2): number {
  const word = pw * 4;
  switch (type.kind) {
    case 'scalar':
      return type.bytes === 'word' ? word : type.bytes;
    case 'string':
    case 'eface':
    case 'iface':
      return 2 * word;
    case 'slice':
      return 3 * word;
    case 'array':
      return type.length * sizeOf(resolve(type.of), pw);
    case 'struct': {
      let end = 0;
      eachField(type, pw, (field, at) => (end = at * 4 + sizeOf(field, pw)));
      const align = alignOf(type, pw);
      return Math.ceil(end / align) * align;
    }
    default:
      return word;
  }
}

function alignOf(type: TypeDecl, pw: 1 | 2): number {
  switch (type.kind) {
    case 'scalar':
      return Math.max(1, sizeOf(type, pw));
    case 'array':
      return alignOf(resolve(type.of), pw);
    case 'struct':
      return Math.max(1, ...Object.values(type.fields).map((field) => alignOf(resolve(field), pw)));
    default:
      return pw * 4;
  }
}

/** Calls `visit` with each field and its offset in 32-bit words; offsets of scalars may be fractions. */
export function eachField(type: StructDecl, pw: 1 | 2, visit: (field: TypeDecl, offset: number) => void): void {
  let bytes = 0;
  for (const of of Object.values(type.fields)) {
    const field = resolve(of);
    const align = alignOf(field, pw);
    bytes = Math.ceil(bytes / align) * align;
    visit(field, bytes / 4);
    bytes += sizeOf(field, pw);
  }
}

/** Do values of `type` hold no pointers? */
export function isPointerFree(type: TypeDecl): boolean {
  switch (type.kind) {
    case 'scalar':
      return true;
    case 'array':
      return type.length === 0 || isPointerFree(resolve(type.of));
    case 'struct':
      return Object.values(type.fields).every((field) => isPointerFree(resolve(field)));
    default:
      return false;
  }
}

/** Is a value of `type` one pointer and nothing else? */
export function isOnePointer(type: TypeDecl): boolean {
  return type.kind === 'pointer' || type.kind === 'unsafePointer' || type.kind === 'func' || type.kind === 'map';
}
