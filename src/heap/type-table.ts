/**
 * From declarations to the table of descriptors and GC programs that lies in the machine's
 * memory; what Go's compiler did (dgcsym in reflect.c of cmd/gc).
 */
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { FIELD, GC, GC_STACK_CAPACITY, KIND, KIND_NO_POINTERS, LOOP, MAX_RUN, PRECISE, TABLE_HEADER, Type, TypeField, gcInstruction, programInfo } from './type.ts';
import { resolve, typeName, type TypeDecl } from './type-decl.ts';

/** Every type a workload names, and those they are made of. */
export interface TypeTable {
  readonly types: readonly TypeDecl[];
  /** The number of `type`, for typeAt; the same for types of the same name. */
  index(type: TypeDecl): number;
}

/** Arrays of at most so many 32-bit words are written out: Go's gcinline, which stops at four pointers. */
const UNROLLED_WORDS = 64;
/** An array in a value is scanned by itself from 1 KB on, so that another M can take it. */
const REGION_WORDS = 256;
/** A struct in a struct with more instruction words than this becomes a subroutine. */
const INLINE_WORDS = 12;
const MAX_BYTES = 16 << 20;

/**
 * The `roots` get the numbers 0, 1, … in their order.
 * @throws UsageError for types that can't be: two of one name, one that contains itself
 */
export function typeTable(...roots: readonly TypeDecl[]): TypeTable {
  const types: TypeDecl[] = [];
  const numbers = new Map<string, number>();
  // Every declaration is looked into, even of a name that is known: it may hide a second of another.
  const found = new Set<TypeDecl>();
  roots.forEach(add);
  for (const type of found) parts(type).forEach(add);
  for (const type of types) checkFinite(type, []);
  return {
    types,
    index(type) {
      const number = numbers.get(typeName(type));
      if (number === undefined) throw new UsageError(`type ${typeName(type)} is not in the table; name it in typeTable()`);
      return number;
    },
  };
  function add(type: TypeDecl): void {
    if (found.has(type)) return;
    found.add(type);
    const name = typeName(type);
    const known = numbers.get(name);
    if (known === undefined) {
      numbers.set(name, types.length);
      types.push(type);
    } else if (types[known].kind !== type.kind || (type.kind === 'struct' && !name.includes('['))) {
      throw new UsageError(`two different types are named ${name}; rename one`);
    }
  }
}

/** A struct that contains itself would have no end; a pointer to itself is fine. */
function checkFinite(type: TypeDecl, within: readonly TypeDecl[]): void {
  if (within.includes(type)) throw new UsageError(`type ${typeName(type)} contains itself; let it hold a pointer`);
  if (type.kind === 'array') checkFinite(resolve(type.of), [...within, type]);
  if (type.kind === 'struct') Object.values(type.fields).forEach((field) => checkFinite(resolve(field), [...within, type]));
}

function parts(type: TypeDecl): TypeDecl[] {
  switch (type.kind) {
    case 'pointer':
      return [resolve(type.to)];
    case 'slice':
    case 'chan':
    case 'array':
      return [resolve(type.of)];
    case 'map':
      return [resolve(type.key), resolve(type.of), type.hmap, type.bucket];
    case 'struct':
      return Object.values(type.fields).map(resolve);
    default:
      return [];
  }
}

/** Words that the table takes. */
export function typeTableWords(table: TypeTable | undefined, ptrWords: 1 | 2): number {
  return table === undefined ? 0 : compileTypes(table, 0, ptrWords).length;
}

/**
 * The table as it lies in memory from `base` on.
 * @throws UsageError for sizes beyond 16 MB and too much nesting
 */
export function compileTypes(table: TypeTable, base: Ref, ptrWords: 1 | 2): Int32Array {
  return new Compiler(table, base, ptrWords).compile();
}

/** A slot of a value that may hold a pointer: 32-bit words from its start. */
interface Slots {
  add(offset: number): void;
}

class Compiler {
  private readonly table: TypeTable;
  private readonly base: Ref;
  private readonly pw: 1 | 2;
  private readonly words: number[];
  private readonly programs: number[] = [];
  /** Words that name a program, filled in when all lie fixed. */
  private readonly fixups: { at: number; type: number; bits: number }[] = [];

  /** Calls of programs that may not be placed yet. */
  private readonly calls: { at: number; type: number }[] = [];

  constructor(table: TypeTable, base: Ref, ptrWords: 1 | 2) {
    this.table = table;
    this.base = base;
    this.pw = ptrWords;
    this.words = Array<number>(TABLE_HEADER + table.types.length * Type.words).fill(0);
  }

  compile(): Int32Array {
    const { words, table } = this;
    words[0] = table.types.length;
    table.types.forEach((type, i) => this.program(type, i));
    table.types.forEach((type, i) => this.describe(type, i));
    for (const { at, type, bits } of this.fixups) {
      words[at] = programInfo(this.base + this.programs[type], bits);
    }
    for (const { at, type } of this.calls) words[at + 1] = this.programs[type] + 1 - at;
    while (words.length % 16 !== 0) words.push(0);
    return Int32Array.from(words);
  }

  private descriptor(type: TypeDecl): number {
    return TABLE_HEADER + this.table.index(type) * Type.words;
  }

  private program(type: TypeDecl, i: number): void {
    const depth = this.depth(type);
    if (depth > GC_STACK_CAPACITY) throw new UsageError(`type ${typeName(type)} nests arrays and structs ${depth} deep; the most is ${GC_STACK_CAPACITY}`);
    this.programs[i] = this.words.length;
    this.last.at = -1;
    this.words.push(Math.ceil(this.size(type) / 4));
    this.emit(type, 0);
    this.words.push(GC.end);
  }

  /** Appends the instructions of a value of `type` at `offset`. */
  private emit(type: TypeDecl, offset: number): void {
    switch (type.kind) {
      case 'pointer': {
        const to = resolve(type.to);
        if (this.isPointerFree(to)) this.pushPointer(GC.aptr, offset, -1);
        else this.pushPointer(GC.ptr, offset, this.table.index(to));
        return;
      }
      case 'unsafePointer':
      case 'func':
        this.pushPointer(GC.aptr, offset, -1);
        return;
      case 'string':
      case 'eface':
      case 'iface':
        this.words.push(gcInstruction(GC[type.kind], offset));
        return;
      case 'slice': {
        const of = resolve(type.of);
        if (this.size(of) === 0) this.words.push(gcInstruction(GC.aptr, offset));
        else this.push(GC.slice, offset, of);
        return;
      }
      case 'chan':
        this.words.push(gcInstruction(GC.chanPtr, offset), this.base + this.descriptor(type));
        return;
      case 'map':
        this.pushPointer(GC.ptr, offset, this.table.index(type.hmap));
        return;
      case 'array':
        this.emitArray(type, offset);
        return;
      case 'struct':
        this.eachField(type, (field, at) => this.emitField(field, offset + at));
        return;
      default:
    }
  }

  private emitField(type: TypeDecl, offset: number): void {
    if (type.kind !== 'struct' || this.length(type) <= INLINE_WORDS) {
      this.emit(type, offset);
      return;
    }
    const at = this.words.length;
    this.words.push(gcInstruction(GC.call, offset), 0);
    this.calls.push({ at, type: this.table.index(type) });
  }

  private emitArray(type: TypeDecl & { kind: 'array' }, offset: number): void {
    const of = resolve(type.of);
    if (type.length === 0 || this.isPointerFree(of)) return;
    const step = this.size(of) / 4;
    const most = isOnePointer(of) ? REGION_WORDS - 1 : UNROLLED_WORDS;
    if (type.length * step <= most) {
      for (let i = 0; i < type.length; i++) this.emit(of, offset + i * step);
    } else if (type.length * step >= REGION_WORDS) {
      this.words.push(gcInstruction(GC.region, offset), type.length * step, 0);
      this.fixups.push({ at: this.words.length - 1, type: this.table.index(of), bits: PRECISE | LOOP });
    } else {
      this.words.push(gcInstruction(GC.arrayStart, offset), type.length, step);
      this.emit(of, 0);
      this.words.push(GC.arrayNext);
    }
  }

  /** The pointer instruction emitted last, as long as nothing follows it. */
  private last = { at: -1, instruction: 0, type: -1, offset: 0, run: 0 };

  /** Appends a pointer to type number `type`, or joins it to those it lies beside. */
  private pushPointer(instruction: number, offset: number, type: number): void {
    const { last, words } = this;
    const isAtEnd = last.at >= 0 && last.at + (last.type < 0 ? 1 : 2) === words.length;
    if (isAtEnd && last.instruction === instruction && last.type === type && last.run < MAX_RUN && offset === last.offset + last.run * this.pw) {
      last.run++;
      words[last.at] = gcInstruction(instruction, last.offset, last.run);
      return;
    }
    this.last = { at: words.length, instruction, type, offset, run: 1 };
    words.push(gcInstruction(instruction, offset));
    if (type < 0) return;
    this.fixups.push({ at: words.length, type, bits: 0 });
    words.push(0);
  }

  private push(instruction: number, offset: number, type: TypeDecl): void {
    this.words.push(gcInstruction(instruction, offset), 0);
    this.fixups.push({ at: this.words.length - 1, type: this.table.index(type), bits: 0 });
  }

  /** Instruction words of a value. */
  private length(type: TypeDecl): number {
    const { words, fixups, calls } = this;
    const before = [words.length, fixups.length, calls.length];
    this.last.at = -1;
    this.emit(type, 0);
    const length = words.length - before[0];
    [words.length, fixups.length, calls.length] = before;
    this.last.at = -1;
    return length;
  }

  private depth(type: TypeDecl): number {
    switch (type.kind) {
      case 'array':
        return this.isPointerFree(type) ? 0 : 1 + this.depth(resolve(type.of));
      case 'struct':
        return Math.max(0, ...Object.values(type.fields).map((field) => (resolve(field).kind === 'struct' ? 1 : 0) + this.depth(resolve(field))));
      default:
        return 0;
    }
  }

  private describe(type: TypeDecl, i: number): void {
    const { words, base } = this;
    const size = this.size(type);
    if (size > MAX_BYTES) throw new UsageError(`type ${typeName(type)} has ${size} bytes; the most is ${MAX_BYTES}`);
    const at = TABLE_HEADER + i * Type.words;
    const mask = this.mask(type, size);
    const fields = this.fields(type);
    const of = this.elem(type);
    words[at + Type.at.size] = size;
    words[at + Type.at.kind] = kindOf(type) | (this.isPointerFree(type) ? KIND_NO_POINTERS : 0);
    words[at + Type.at.gc] = base + this.programs[i];
    words[at + Type.at.elem] = of === null ? 0 : base + this.descriptor(of);
    words[at + Type.at.index] = i;
    words[at + Type.at.itab] = base + at;
    words[at + Type.at.mask] = base + words.length;
    // One by one: there may be more than a call takes arguments.
    for (const bits of mask) words.push(bits);
    words[at + Type.at.fields] = base + words.length;
    words[at + Type.at.nfields] = fields.length / TypeField.words;
    for (const word of fields) words.push(word);
  }

  private elem(type: TypeDecl): TypeDecl | null {
    if (type.kind === 'pointer') return resolve(type.to);
    if (type.kind === 'slice' || type.kind === 'chan' || type.kind === 'array') return resolve(type.of);
    return type.kind === 'map' ? type.hmap : null;
  }

  private mask(type: TypeDecl, size: number): number[] {
    const bits = Array<number>(Math.ceil(Math.ceil(size / 4 / this.pw) / 32)).fill(0);
    this.slots(type, 0, { add: (offset) => (bits[(offset / this.pw) >> 5] |= 1 << ((offset / this.pw) & 31)) });
    return bits;
  }

  private slots(type: TypeDecl, offset: number, out: Slots): void {
    switch (type.kind) {
      case 'scalar':
        return;
      case 'array': {
        const of = resolve(type.of);
        if (this.isPointerFree(of)) return;
        for (let i = 0; i < type.length; i++) this.slots(of, offset + (i * this.size(of)) / 4, out);
        return;
      }
      case 'struct':
        this.eachField(type, (field, at) => this.slots(field, offset + at, out));
        return;
      case 'eface':
      case 'iface':
        out.add(offset);
        out.add(offset + this.pw);
        return;
      default:
        out.add(offset);
    }
  }

  private fields(type: TypeDecl): number[] {
    const rows: number[] = [];
    const row = (at: number, field: TypeDecl) => {
      if (this.isPointerFree(field)) return;
      const kind = fieldKind(field, this.size.bind(this));
      if (kind === FIELD.value && field.kind === 'array') rows.push(at, kind, field.length, this.base + this.descriptor(resolve(field.of)));
      else rows.push(at, kind, 1, this.base + this.descriptor(field));
    };
    if (type.kind === 'struct') this.eachField(type, (field, at) => row(at, field));
    else row(0, type);
    return rows;
  }

  /** Calls back with each field's offset in 32-bit words; scalars' offsets may be fractions. */
  private eachField(type: TypeDecl & { kind: 'struct' }, visit: (field: TypeDecl, offset: number) => void): void {
    let bytes = 0;
    for (const of of Object.values(type.fields)) {
      const field = resolve(of);
      const align = this.align(field);
      bytes = Math.ceil(bytes / align) * align;
      visit(field, bytes / 4);
      bytes += this.size(field);
    }
  }

  private size(type: TypeDecl): number {
    const word = this.pw * 4;
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
        return type.length * this.size(resolve(type.of));
      case 'struct': {
        let end = 0;
        this.eachField(type, (field, at) => (end = at * 4 + this.size(field)));
        const align = this.align(type);
        return Math.ceil(end / align) * align;
      }
      default:
        return word;
    }
  }

  private align(type: TypeDecl): number {
    switch (type.kind) {
      case 'scalar':
        return Math.max(1, this.size(type));
      case 'array':
        return this.align(resolve(type.of));
      case 'struct':
        return Math.max(1, ...Object.values(type.fields).map((field) => this.align(resolve(field))));
      default:
        return this.pw * 4;
    }
  }

  private isPointerFree(type: TypeDecl): boolean {
    switch (type.kind) {
      case 'scalar':
        return true;
      case 'array':
        return type.length === 0 || this.isPointerFree(resolve(type.of));
      case 'struct':
        return Object.values(type.fields).every((field) => this.isPointerFree(resolve(field)));
      default:
        return false;
    }
  }
}

/** Is a value one pointer and nothing else? */
function isOnePointer(type: TypeDecl): boolean {
  return type.kind === 'pointer' || type.kind === 'unsafePointer' || type.kind === 'func' || type.kind === 'map';
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

function fieldKind(type: TypeDecl, size: (type: TypeDecl) => number): number {
  switch (type.kind) {
    case 'struct':
    case 'array':
      return FIELD.value;
    case 'slice':
      return size(resolve(type.of)) === 0 ? FIELD.ptr : FIELD.slice;
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
