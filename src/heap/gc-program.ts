/**
 * Compiling types to GC programs (see type.ts), as Go 1.3's compiler did.
 *
 *   1. A value's instructions are emitted in the order of its fields.
 *   2. Adjacent pointers to one type are joined to one instruction.
 *   3. A short array is unrolled; a long one becomes a loop, or from 1 KB on a region of its own.
 *   4. A nested struct with many instructions becomes a subroutine: its type's own program.
 *   5. References to programs are filled in when all programs have their place.
 *
 * Source: dgcsym in reflect.c of cmd/gc, Go 1.3.
 */
import { UsageError } from '../base/fatal.ts';
import type { Ref } from '../memory/address.ts';
import { GC, GC_STACK_CAPACITY, LOOP, MAX_RUN, PRECISE, TABLE_HEADER, Type, gcInstruction, programInfo } from './type.ts';
import { resolve, typeName, type TypeDecl } from './type-decl.ts';
import { eachField, isOnePointer, isPointerFree, sizeOf } from './type-layout.ts';

/** The numbers of types in their table. */
export interface TypeNumbers {
  index(type: TypeDecl): number;
}

/** Returns the offset of the descriptor of `type` from the table's first word, in words. */
export function descriptorOffset(table: TypeNumbers, type: TypeDecl): number {
  return TABLE_HEADER + table.index(type) * Type.words;
}

/** Arrays of at most this many 32-bit words are unrolled; Go's gcinline stops at four pointers. */
const UNROLLED_WORDS = 64;
/** An array of this many 32-bit words (1 KB) or more is a region, so that another M can scan it. */
const REGION_WORDS = 256;
/** A nested struct with more instruction words than this becomes a subroutine. */
const INLINE_WORDS = 12;

/** Appends programs to the words of a table. */
export class ProgramWriter {
  private readonly words: number[];
  private readonly table: TypeNumbers;
  private readonly base: Ref;
  private readonly pw: 1 | 2;
  /** Offset of each type's program in the table, in words. */
  readonly programs: number[] = [];
  /** Words that name a program, filled in by `link`. */
  private readonly fixups: { at: number; type: number; bits: number }[] = [];
  /** Calls of programs, filled in by `link`. */
  private readonly calls: { at: number; type: number }[] = [];
  /** The last pointer instruction emitted. */
  private last = { at: -1, instruction: 0, type: -1, offset: 0, run: 0 };

  /** @param base the ref at which `words` will be in memory */
  constructor(words: number[], table: TypeNumbers, base: Ref, pw: 1 | 2) {
    this.words = words;
    this.table = table;
    this.base = base;
    this.pw = pw;
  }

  /**
   * Appends the program of `type`, which is number `i` of the table.
   * @throws UsageError if the type nests arrays and structs too deeply
   */
  write(type: TypeDecl, i: number): void {
    const depth = this.depth(type);
    if (depth > GC_STACK_CAPACITY) throw new UsageError(`type ${typeName(type)} nests arrays and structs ${depth} deep; at most ${GC_STACK_CAPACITY} levels are supported`);
    this.programs[i] = this.words.length;
    this.last.at = -1;
    this.words.push(Math.ceil(sizeOf(type, this.pw) / 4));
    this.emit(type, 0);
    this.words.push(GC.end);
  }

  /** Fills in all references to programs, once every type's is written. */
  link(): void {
    const { words } = this;
    for (const { at, type, bits } of this.fixups) words[at] = programInfo(this.base + this.programs[type], bits);
    for (const { at, type } of this.calls) words[at + 1] = this.programs[type] + 1 - at;
  }

  /** Appends the instructions of a value of `type` at `offset`. */
  private emit(type: TypeDecl, offset: number): void {
    switch (type.kind) {
      case 'pointer': {
        const to = resolve(type.to);
        if (isPointerFree(to)) this.pushPointer(GC.aptr, offset, -1);
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
        if (sizeOf(of, this.pw) === 0) this.words.push(gcInstruction(GC.aptr, offset));
        else this.push(GC.slice, offset, of);
        return;
      }
      case 'chan':
        this.words.push(gcInstruction(GC.chanPtr, offset), this.base + descriptorOffset(this.table, type));
        return;
      case 'map':
        this.pushPointer(GC.ptr, offset, this.table.index(type.hmap));
        return;
      case 'array':
        this.emitArray(type, offset);
        return;
      case 'struct':
        eachField(type, this.pw, (field, at) => this.emitField(field, offset + at));
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
    if (type.length === 0 || isPointerFree(of)) return;
    const step = sizeOf(of, this.pw) / 4;
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

  /** Appends a pointer to type number `type` (-1: any), or joins it to the adjacent ones before it. */
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

  /** Appends an instruction whose argument is the program of `type`. */
  private push(instruction: number, offset: number, type: TypeDecl): void {
    this.words.push(gcInstruction(instruction, offset), 0);
    this.fixups.push({ at: this.words.length - 1, type: this.table.index(type), bits: 0 });
  }

  /** Returns the number of instruction words of a value of `type`. */
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

  /** Returns how deep arrays and structs nest in `type`. */
  private depth(type: TypeDecl): number {
    switch (type.kind) {
      case 'array':
        return isPointerFree(type) ? 0 : 1 + this.depth(resolve(type.of));
      case 'struct':
        return Math.max(0, ...Object.values(type.fields).map((field) => (resolve(field).kind === 'struct' ? 1 : 0) + this.depth(resolve(field))));
      default:
        return 0;
    }
  }
}
