/** Type descriptors: what the table holds of a type beside its GC program. */
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { FIELD, KIND, KIND_NO_POINTERS, Type, TypeField } from './type.ts';
import { descriptorOffset, type TypeNumbers } from './gc-program.ts';
import { resolve, typeName, type TypeDecl } from './type-decl.ts';
import { eachField, isPointerFree, sizeOf } from './type-layout.ts';

/** Bytes of the largest value. */
const MAX_BYTES = 16 << 20;

/**
 * Fills in the descriptor of `type` and appends its pointer mask and its fields to `words`.
 * @param base the ref at which `words` will be in memory
 * @param program offset of its GC program in `words`
 * @throws UsageError for a value of more than 16 MB
 */
export function describe(words: number[], table: TypeNumbers, base: Ref, pw: 1 | 2, program: number, type: TypeDecl): void {
  const size = sizeOf(type, pw);
  const index = table.index(type);
  if (size > MAX_BYTES) throw new UsageError(`type ${typeName(type)} has ${size} bytes; at most ${MAX_BYTES} are supported`);
  const at = descriptorOffset(table, type);
  const mask = maskOf(type, size, pw);
  const fields = fieldsOf(table, base, pw, type);
  const of = elemOf(type);
  words[at + Type.at.size] = size;
  words[at + Type.at.kind] = kindOf(type) | (isPointerFree(type) ? KIND_NO_POINTERS : 0);
  words[at + Type.at.gc] = base + program;
  words[at + Type.at.elem] = of === null ? 0 : base + descriptorOffset(table, of);
  words[at + Type.at.index] = index;
  words[at + Type.at.itab] = base + at;
  words[at + Type.at.mask] = base + words.length;
  // One at a time: a call has a limit of arguments.
  for (const bits of mask) words.push(bits);
  words[at + Type.at.fields] = base + words.length;
  words[at + Type.at.nfields] = fields.length / TypeField.words;
  for (const word of fields) words.push(word);
}

/** Returns the element type of `type`, or the type it points to. */
function elemOf(type: TypeDecl): TypeDecl | null {
  if (type.kind === 'pointer') return resolve(type.to);
  if (type.kind === 'slice' || type.kind === 'chan' || type.kind === 'array') return resolve(type.of);
  return type.kind === 'map' ? type.hmap : null;
}

/** Returns a bit for each pointer-sized word of a value, set if it may hold a pointer. */
function maskOf(type: TypeDecl, size: number, pw: 1 | 2): number[] {
  const bits = Array<number>(Math.ceil(Math.ceil(size / 4 / pw) / 32)).fill(0);
  eachSlot(type, 0, pw, (offset) => (bits[(offset / pw) >> 5] |= 1 << ((offset / pw) & 31)));
  return bits;
}

/** Calls `add` with the offset, in 32-bit words, of each word of a value that may hold a pointer. */
function eachSlot(type: TypeDecl, offset: number, pw: 1 | 2, add: (offset: number) => void): void {
  switch (type.kind) {
    case 'scalar':
      return;
    case 'array': {
      const of = resolve(type.of);
      if (isPointerFree(of)) return;
      for (let i = 0; i < type.length; i++) eachSlot(of, offset + (i * sizeOf(of, pw)) / 4, pw, add);
      return;
    }
    case 'struct':
      eachField(type, pw, (field, at) => eachSlot(field, offset + at, pw, add));
      return;
    case 'eface':
    case 'iface':
      add(offset);
      add(offset + pw);
      return;
    default:
      add(offset);
  }
}

/** Returns the TypeField records of `type`, one after the other. */
function fieldsOf(table: TypeNumbers, base: Ref, pw: 1 | 2, type: TypeDecl): number[] {
  const rows: number[] = [];
  const row = (at: number, field: TypeDecl) => {
    if (isPointerFree(field)) return;
    const kind = fieldKind(field, pw);
    if (kind === FIELD.value && field.kind === 'array') rows.push(at, kind, field.length, base + descriptorOffset(table, resolve(field.of)));
    else rows.push(at, kind, 1, base + descriptorOffset(table, field));
  };
  if (type.kind === 'struct') eachField(type, pw, (field, at) => row(at, field));
  else row(0, type);
  return rows;
}

function kindOf(type: TypeDecl): number {
  switch (type.kind) {
    case 'scalar':
      return type.bytes === 1 ? KIND.uint8 : KIND.int;
    case 'pointer':
      return KIND.ptr;
    case 'eface':
    case 'iface':
      return KIND.interface;
    default:
      return KIND[type.kind];
  }
}

function fieldKind(type: TypeDecl, pw: 1 | 2): number {
  switch (type.kind) {
    case 'struct':
    case 'array':
      return FIELD.value;
    case 'slice':
      return sizeOf(resolve(type.of), pw) === 0 ? FIELD.ptr : FIELD.slice;
    case 'string':
      return FIELD.string;
    case 'eface':
      return FIELD.eface;
    case 'iface':
      return FIELD.iface;
    case 'chan':
      return FIELD.chan;
    default:
      return FIELD.ptr;
  }
}
