/** Descriptors and GC programs, against a layout worked out by the test and a decoder of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import type { Mem } from '../../src/memory/struct.ts';
import type { Ref } from '../../src/memory/address.ts';
import { array, chan, eface, func, iface, int, int32, map, pointer, slice, string, struct, typeName, uint8, uintptr, unsafePointer, type TypeDecl } from '../../src/heap/type-decl.ts';
import { compileTypes, typeTable, typeTableWords, type TypeTable } from '../../src/heap/type-table.ts';
import { FIELD, KIND, KIND_NO_POINTERS, TABLE_HEADER, Type, TypeField } from '../../src/heap/type.ts';
import { seeds } from '../support/nightly.ts';
import { listing, slotsOfProgram } from '../support/gc-program.ts';
import { bytesOf, holdsPointers, slotsOf } from '../support/go-layout.ts';
import { randomTypes } from '../support/random-types.ts';

/** A number and a pointer: those of an array of it don't lie side by side. */
const PAIR = struct('apart', { n: int, p: unsafePointer });

const MACHINES = [{ machine: '64 bits', pw: 2 as const }, { machine: '386', pw: 1 as const }];
const BASE = 4096;

/** A memory in which the table lies. */
interface Compiled {
  readonly m: Mem;
  readonly table: TypeTable;
  readonly pw: 1 | 2;
}

function compile(table: TypeTable, pw: 1 | 2): Compiled {
  const words = compileTypes(table, BASE, pw);
  const m = new Int32Array(BASE + words.length);
  m.set(words, BASE);
  return { m, table, pw };
}

function refOf(table: TypeTable, type: TypeDecl): Ref {
  return BASE + TABLE_HEADER + table.index(type) * Type.words;
}

function field({ m, table }: Compiled, type: TypeDecl, name: keyof typeof Type.at): number {
  return m[refOf(table, type) + Type.at[name]];
}

function slotsOfMask(c: Compiled, type: TypeDecl): number[] {
  const mask = field(c, type, 'mask');
  const words = Math.ceil(field(c, type, 'size') / 4 / c.pw);
  return Array.from({ length: words }, (_, i) => i).filter((i) => ((c.m[mask + (i >> 5)] >>> (i & 31)) & 1) !== 0).map((i) => i * c.pw);
}

function slotsOfFields({ m, pw }: Compiled, type: Ref, at = 0): number[] {
  return Array.from({ length: m[type + Type.at.nfields] }, (_, f) => m[type + Type.at.fields] + f * TypeField.words).flatMap((row) => {
    const from = at + m[row + TypeField.at.offset];
    const of = m[row + TypeField.at.type];
    switch (m[row + TypeField.at.kind]) {
      case FIELD.value:
        return Array.from({ length: m[row + TypeField.at.count] }, (_, n) => slotsOfFields({ m, pw } as Compiled, of, from + (n * m[of + Type.at.size]) / 4)).flat();
      case FIELD.eface:
      case FIELD.iface:
        return [from, from + pw];
      default:
        return [from];
    }
  });
}

function program(c: Compiled, type: TypeDecl): string[] {
  const names = new Map(c.table.types.map((one) => [field(c, one, 'gc'), typeName(one)]));
  for (const one of c.table.types) names.set(refOf(c.table, one), typeName(one));
  return listing(c.m, field(c, type, 'gc'), (ref) => names.get(ref) ?? `nothing at ${ref}`, c.pw);
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

const NODE: TypeDecl = struct('node', { left: () => pointer(NODE), right: () => pointer(NODE), key: int });

describe.each(MACHINES)('a compiled type, $machine', ({ pw }) => {
  const word = pw * 4;

  it.each([
    [int, word, KIND.int], [uintptr, word, KIND.int], [int32, 4, KIND.int], [uint8, 1, KIND.uint8],
    [pointer(int), word, KIND.ptr], [pointer(NODE), word, KIND.ptr], [unsafePointer, word, KIND.unsafePointer], [func, word, KIND.func],
    [string, 2 * word, KIND.string], [eface, 2 * word, KIND.interface], [iface, 2 * word, KIND.interface], [slice(NODE), 3 * word, KIND.slice],
    [chan(int), word, KIND.chan], [map(int, NODE), word, KIND.map], [NODE, 3 * word, KIND.struct],
    [array(string, 3), 6 * word, KIND.array], [array(string, 0), 0, KIND.array], [struct('empty', {}), 0, KIND.struct],
  ])('has the size, the kind and the program size of Go (%#)', (type, bytes, kind) => {
    const c = compile(typeTable(type), pw);
    expect(field(c, type, 'size')).toBe(bytes);
    expect(field(c, type, 'kind')).toBe(kind | (holdsPointers(type) ? 0 : KIND_NO_POINTERS));
    expect(c.m[field(c, type, 'gc')]).toBe(Math.ceil(bytes / 4));
    expect(field(c, type, 'index')).toBe(0);
    expect(c.m[refOf(c.table, type) + Type.at.itab]).toBe(refOf(c.table, type));
  });

  it('aligns fields as Go does, and has a size that is a multiple of its alignment', () => {
    const mixed = struct('mixed', { a: uint8, p: pointer(NODE), b: uint8, c: int32, d: uint8, q: unsafePointer, e: uint8 });
    const c = compile(typeTable(mixed, struct('bytes', { a: uint8, b: uint8, c: uint8 }), struct('halves', { a: uint8, b: int32 })), pw);
    expect(c.table.types.slice(0, 3).map((type) => field(c, type, 'size'))).toEqual([pw === 2 ? 48 : 28, 3, 8]);
    expect(program(c, mixed)).toEqual(pw === 2 ? ['ptr 2 node 0', 'aptr 8', 'end 0'] : ['ptr 1 node 0', 'aptr 5', 'end 0']);
  });

  it('names its element: of a pointer, slice, channel, array, and the hmap of a map', () => {
    const names = map(string, NODE);
    const types = [pointer(NODE), slice(NODE), chan(NODE), array(NODE, 2)];
    const c = compile(typeTable(...types, names, int, NODE), pw);
    for (const type of types) expect(field(c, type, 'elem')).toBe(refOf(c.table, NODE));
    expect(field(c, names, 'elem')).toBe(refOf(c.table, names.hmap));
    for (const type of [int, NODE, string]) expect(field(c, type, 'elem')).toBe(0);
  });

  it('has different instructions for pointers to values with and without pointers', () => {
    const type = struct('t', { a: pointer(NODE), b: pointer(int), c: pointer(array(uint8, 9)), d: unsafePointer, e: func, f: pointer(pointer(int)), g: pointer(struct('none', {})) });
    expect(program(compile(typeTable(type), pw), type)).toEqual([
      'ptr 0 node 0', `aptr ${pw}`, `aptr ${2 * pw}`, `aptr ${3 * pw}`, `aptr ${4 * pw}`, `ptr ${5 * pw} *int 0`, `aptr ${6 * pw}`, 'end 0',
    ]);
  });

  it('has an instruction for each string, interface, slice, channel and map', () => {
    const type = struct('t', { s: string, e: eface, i: iface, p: slice(NODE), n: slice(int), z: slice(struct('none', {})), c: chan(NODE), m: map(int, NODE) });
    expect(program(compile(typeTable(type), pw), type)).toEqual([
      'string 0', `eface ${2 * pw}`, `iface ${4 * pw}`, `slice ${6 * pw} node 0`, `slice ${9 * pw} int 0`, `aptr ${12 * pw}`,
      `chanPtr ${15 * pw} chan node`, `ptr ${16 * pw} hmap[int,node] 0`, 'end 0',
    ]);
  });

  it('lays a map out as a pointer to an hmap with untyped buckets of eight entries', () => {
    const names = map(uint8, string);
    const c = compile(typeTable(names), pw);
    expect(program(c, names)).toEqual(['ptr 0 hmap[uint8,string] 0', 'end 0']);
    expect(program(c, names.hmap)).toEqual([`aptr ${2 * pw}`, `ptr ${3 * pw} bucket[uint8,string] 0`, 'end 0']);
    expect(field(c, names.bucket, 'size')).toBe(8 + 8 + 8 * 2 * word + word);
    const strings = Array.from({ length: 8 }, (_, i) => `string ${4 + i * 2 * pw}`);
    expect(program(c, names.bucket)).toEqual([...strings, `ptr ${4 + 16 * pw} bucket[uint8,string] 0`, 'end 0']);
  });

  it('joins an array of pointers to one run, or several', () => {
    const type = array(unsafePointer, 256 / pw - 1);
    expect(program(compile(typeTable(type), pw), type)).toEqual([...Array.from({ length: 256 / pw - 1 }, (_, i) => `aptr ${i * pw}`), 'end 0']);
  });

  it('unrolls an array of up to 64 words, loops over a longer one, and makes one of 1 KB or more a region', () => {
    const most = 64 / pw / 2;
    const arrays = [most, most + 1, 128 / pw - 1, 128 / pw].map((length) => array(PAIR, length));
    const c = compile(typeTable(...arrays), pw);
    expect(program(c, arrays[0])).toEqual([...Array.from({ length: most }, (_, i) => `aptr ${(2 * i + 1) * pw}`), 'end 0']);
    expect(program(c, arrays[1])).toEqual([`arrayStart 0 ${most + 1} ${2 * pw}`, `aptr ${pw}`, 'arrayNext 0', 'end 0']);
    expect(program(c, arrays[2])).toEqual([`arrayStart 0 ${128 / pw - 1} ${2 * pw}`, `aptr ${pw}`, 'arrayNext 0', 'end 0']);
    expect(program(c, arrays[3])).toEqual(['region 0 256 apart 3', 'end 0']);
  });

  it('has no instruction for arrays without pointers or elements', () => {
    const type = struct('t', { a: array(int, 1000), b: array(NODE, 0), p: pointer(NODE), c: array(array(uint8, 3), 5) });
    expect(program(compile(typeTable(type), pw), type)).toEqual([`ptr ${1000 * pw} node 0`, 'end 0']);
  });

  it('inlines a short nested struct and calls a long one, also from an array', () => {
    const short = struct('short', { a: string, b: string });
    const long = struct('long', Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`f${i}`, string])));
    const type = struct('t', { n: int, s: short, l: long, again: long });
    const loop = array(struct('holder', { l: long }), 4);
    const c = compile(typeTable(type, loop), pw);
    expect(program(c, type)).toEqual([`string ${pw}`, `string ${3 * pw}`, `call ${5 * pw} long`, `call ${31 * pw} long`, 'end 0']);
    expect(program(c, loop)).toEqual([`arrayStart 0 4 ${26 * pw}`, 'call 0 long', 'arrayNext 0', 'end 0']);
  });

  it('has pointer bits in as many words as a long value needs', () => {
    const type = array(struct('pair', { n: int, p: pointer(NODE) }), 50);
    const c = compile(typeTable(type), pw);
    expect(slotsOfMask(c, type)).toEqual(Array.from({ length: 50 }, (_, i) => (2 * i + 1) * pw));
    expect(slotsOfFields(c, refOf(c.table, type))).toEqual(slotsOfMask(c, type));
  });

  it('may have up to 16 MB, with all pointer bits', () => {
    const type = array(unsafePointer, (16 << 20) / word);
    const c = compile(typeTable(type), pw);
    expect(field(c, type, 'size')).toBe(16 << 20);
    const mask = field(c, type, 'mask');
    expect([c.m[mask], c.m[mask + (16 << 20) / word / 32 - 1]]).toEqual([-1, -1]);
  });

  it('has the same pointers in program, pointer bits, fields and declaration, for random types', () => {
    fc.assert(
      fc.property(randomTypes([0, 1, 2, 3, 5, 17, 40, 130, 300]), (types) => {
        fc.pre(types.every((type) => bytesOf(type, 2) < 400_000));
        const table = typeTable(...types);
        const c = compile(table, pw);
        for (const type of table.types) {
          const expected = slotsOf(type, pw);
          expect(field(c, type, 'size')).toBe(bytesOf(type, pw));
          expect((field(c, type, 'kind') & KIND_NO_POINTERS) === 0).toBe(expected.length > 0);
          expect(slotsOfProgram(c.m, field(c, type, 'gc'), pw)).toEqual(expected);
          expect(slotsOfMask(c, type)).toEqual(expected);
          expect(slotsOfFields(c, refOf(table, type))).toEqual(expected);
        }
      }),
      { numRuns: seeds(30, 150) },
    );
  });
});

describe('a table', () => {
  it('numbers its roots from 0, then the types they are made of, each name once', () => {
    const table = typeTable(slice(NODE), int, NODE, slice(NODE));
    expect(table.types.map(typeName)).toEqual(['[]node', 'int', 'node', '*node']);
    expect([slice(NODE), int, NODE, pointer(NODE)].map((type) => table.index(type))).toEqual([0, 1, 2, 3]);
  });

  it('refuses to number a type that is not in it', () => {
    expect(() => typeTable(NODE).index(string)).toThrow(/type string is not in the table; name it in typeTable/);
  });

  it('begins with its count, and has the announced number of words, a multiple of 16', () => {
    for (const pw of [1, 2] as const) {
      const words = compileTypes(typeTable(NODE, eface), BASE, pw);
      expect(words[0]).toBe(4);
      expect(words.length % 16).toBe(0);
      expect(typeTableWords(typeTable(NODE, eface), pw)).toBe(words.length);
    }
    expect(typeTableWords(undefined, 2)).toBe(0);
  });

  it('accepts types that refer to each other by pointers, slices, maps and channels', () => {
    const a: TypeDecl = struct('a', { b: () => slice(b), self: () => chan(a) });
    const b: TypeDecl = struct('b', { a: () => map(int, a), both: () => array(pointer(a), 2) });
    const c = compile(typeTable(a), 2);
    expect(program(c, a)).toEqual(['slice 0 b 0', 'chanPtr 6 chan a', 'end 0']);
    expect(program(c, b)).toEqual(['ptr 0 hmap[int,a] 0', 'ptr 2 a 0', 'ptr 4 a 0', 'end 0']);
  });
});

describe('an impossible type', () => {
  const loop: TypeDecl = struct('loop', { n: int, inner: () => array(loop, 2) });
  const one: TypeDecl = struct('one', { other: () => two });
  const two: TypeDecl = struct('two', { other: () => one });
  const nested = (depth: number): TypeDecl => (depth === 0 ? struct('bottom', { p: unsafePointer }) : struct(`level${depth}`, { a: nested(depth - 1) }));
  const arrays = (depth: number): TypeDecl => (depth === 0 ? unsafePointer : array(arrays(depth - 1), 2));
  const selfPointer: TypeDecl = pointer(() => selfPointer);
  const selfSlice: TypeDecl = slice(() => selfSlice);
  const selfArray: TypeDecl = array(() => selfArray, 2);

  it.each<[string, RegExp, () => unknown]>([
    ['contains itself through an array', /type loop contains itself; make one of its fields a pointer/, () => typeTable(loop)],
    ['contains itself through another', /type one contains itself/, () => typeTable(one)],
    ['has the name of another', /two different types are named same; rename one/, () => typeTable(struct('same', { a: int }), struct('same', { p: unsafePointer }))],
    [
      'has the name of another, behind a pointer', /two different types are named same/,
      () => typeTable(pointer(struct('same', { a: int, b: int })), pointer(struct('same', { p: unsafePointer }))),
    ],
    [
      'has the name of another, behind a slice in a struct', /two different types are named same/,
      () => typeTable(struct('holder', { a: slice(struct('same', { a: int })), b: slice(struct('same', { p: unsafePointer })) })),
    ],
    ['has the name of one of Go\'s own', /two different types are named int/, () => typeTable(struct('int', { p: unsafePointer }), int)],
    ['has no name that ends, being a pointer to itself', /an unnamed type contains itself; put a struct, which has a name, in between/, () => typeTable(selfPointer)],
    ['has no name that ends, being a slice of itself', /an unnamed type contains itself/, () => typeTable(selfSlice)],
    ['has no name that ends, being an array of itself', /an unnamed type contains itself/, () => typeTable(selfArray)],
    ['nests structs too deep', /nests arrays and structs 9 deep; at most 8 levels are supported/, () => compile(typeTable(nested(9)), 2)],
    ['nests arrays too deep', /nests arrays and structs 9 deep; at most 8 levels are supported/, () => compile(typeTable(arrays(9)), 2)],
    ['is too large', /has 16777224 bytes; at most 16777216 are supported/, () => compile(typeTable(array(unsafePointer, (2 << 20) + 1)), 2)],
    ['is too large by a multiple', /has \d+ bytes; at most 16777216 are supported/, () => compile(typeTable(array(array(int, 1 << 20), 1 << 20)), 2)],
    ['has less than no elements', /an array type of -1 elements: 0 to 16777215 are supported/, () => array(int, -1)],
    ['has half an element', /an array type of 1.5 elements/, () => array(int, 1.5)],
    ['has 2^24 elements', /an array type of 16777216 elements: 0 to 16777215 are supported/, () => array(int, 1 << 24)],
  ])('is refused if it %s', (_, message, run) => {
    const error = errorOf(run);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).message).toMatch(message);
  });

  it('may nest 8 levels of structs or arrays', () => {
    for (const type of [nested(8), arrays(8)]) {
      const c = compile(typeTable(type), 2);
      expect(slotsOfProgram(c.m, field(c, type, 'gc'), 2)).toEqual(slotsOf(type, 2));
    }
  });
});
