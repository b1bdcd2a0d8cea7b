import { describe, expect, it } from 'vitest';
import { HprofWriter, number, type ClassFields, type TypeName } from '../../support/hprof-writer.ts';
import type { HprofImage } from '../../../src/workloads/heaps/hprof.ts';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { readBytes } from './hprof-feed.ts';

const OBJECT = 0x100;
const CLASS = 0x200;
const FIRST = 0x10_0000;
type Piece = readonly [bytes: number, write: (w: HprofWriter, id: number) => HprofWriter];

/** Builds a heap of `pieces` without gaps between them. The classes are far away. */
async function heapOf(pieces: readonly Piece[], idBytes = 8, classes: readonly (readonly [id: number, ClassFields])[] = []): Promise<HprofImage> {
  const w = new HprofWriter('1.0.2', idBytes).named(OBJECT, 'java/lang/Object').named(CLASS, 'java/lang/Class').classDump(OBJECT);
  for (const [id, fields] of classes) w.classDump(id, { superclass: OBJECT, ...fields });
  let id = FIRST;
  for (const [bytes, write] of pieces) {
    write(w, id);
    id += bytes;
  }
  return readBytes(w.instance(id, OBJECT).end().bytes);
}

/** Returns the sizes of the objects from FIRST on, without the last one. */
function sizesOf({ sizes }: HprofImage, classes: number): number[] {
  return [...sizes.subarray(classes, -1)];
}

const array = (bytes: number, type: Exclude<TypeName, 'object'>, length: number): Piece => [bytes, (w, id) => w.primitiveArray(id, type, length)];
const references = (bytes: number, length: number): Piece => [bytes, (w, id) => w.objectArray(id, OBJECT, Array.from({ length }, () => 0))];
const instance = (bytes: number, of: number): Piece => [bytes, (w, id) => w.instance(id, of)];

describe('the layout follows from the distances of objects', () => {
  it.each<[string, number, readonly Piece[], object]>([
    ['compressed references and class pointers', 8, [instance(16, OBJECT), references(32, 4), references(24, 1), array(24, 'byte', 8), array(32, 'long', 2)], { header: 12, reference: 4 }],
    ['plain ones', 8, [instance(16, OBJECT), references(56, 4), references(32, 1), array(32, 'byte', 4), array(40, 'long', 2)], { header: 16, reference: 8 }],
    ['compressed class pointers', 8, [instance(16, OBJECT), references(48, 4), references(24, 1), array(24, 'byte', 8), array(32, 'long', 2)], { header: 12, reference: 8 }],
    ['compressed references', 8, [instance(16, OBJECT), references(40, 4), references(32, 1), array(32, 'byte', 8), array(40, 'long', 2)], { header: 16, reference: 4 }],
    ['compact headers', 8, [instance(8, OBJECT), references(32, 4), references(16, 1), array(24, 'byte', 8), array(32, 'long', 2)], { header: 8, reference: 4 }],
    ['a machine of 32 bits', 4, [instance(8, OBJECT), references(32, 4), references(16, 1), array(24, 'byte', 8), array(32, 'long', 2)], { header: 8, reference: 4 }],
  ])('%s', async (_, idBytes, pieces, layout) => {
    const image = await heapOf(pieces, idBytes);
    expect(image.layout).toEqual(layout);
    expect(sizesOf(image, 1)).toEqual(pieces.map(([bytes]) => bytes));
    expect(image.notes).toEqual([]);
  });

  it('is the default one if ids are no addresses, with a note', async () => {
    const image = await heapOf(Array.from({ length: 20 }, () => references(1, 5)));
    expect(image.layout).toEqual({ header: 12, reference: 4 });
    expect(sizesOf(image, 1)).toEqual(Array.from({ length: 20 }, () => 40));
    expect(image.notes).toEqual([{ kind: 'usual-sizes', count: 22 }]);
  });

  it('has the alignment of the addresses', async () => {
    const pieces = [array(32, 'byte', 1), array(32, 'byte', 9), array(64, 'byte', 40), references(32, 2)];
    expect(sizesOf(await heapOf(pieces), 1)).toEqual([32, 32, 64, 32]);
  });
});

describe('instances', () => {
  const dense = Array.from({ length: 50 }, () => array(24, 'byte', 8));

  it('have their fields and those of their superclasses, without gaps', async () => {
    const classes = [[0x300, { fields: ['byte', 'object'] }], [0x400, { superclass: 0x300, fields: ['byte', 'long', 'short'] }]] as const;
    // 12 + 1 + 4, and 1 + 8 + 2 more.
    const pieces = [instance(24, 0x300), instance(32, 0x400), instance(24, 0x300), ...dense];
    expect(sizesOf(await heapOf(pieces, 8, classes), 3).slice(0, 3)).toEqual([24, 32, 24]);
  });

  it('extend to the nearest next object if the heap is dense', async () => {
    const pieces = [...dense, instance(40, 0x300), ...dense, instance(48, 0x300), ...dense, instance(40, 0x300), ...dense];
    const image = await heapOf(pieces, 8, [[0x300, { fields: ['int'] }]]);
    expect(image.classes.find(({ name }) => name === 'class 0x300')).toMatchObject({ objects: 3, bytes: 3 * 40 });
  });

  it('of subclasses inherit the extra bytes of the superclass', async () => {
    const classes = [[0x300, { fields: ['int'] }], [0x400, { superclass: 0x300, fields: ['long'] }]] as const;
    // More free memory follows the only instance of the subclass than extra bytes can account for.
    const pieces = [...dense, instance(272, 0x300), instance(272, 0x300), ...dense, instance(4096, 0x400), ...dense];
    const image = await heapOf(pieces, 8, classes);
    expect(image.classes.find(({ name }) => name === 'class 0x400')).toMatchObject({ objects: 1, bytes: 24 + 256 });
  });

  it('of several subclasses count together if each class has too few', async () => {
    const classes: [number, ClassFields][] = [[0x300, { fields: ['int'] }], [0x400, { superclass: 0x300 }], [0x500, { superclass: 0x300 }], [0x600, { superclass: 0x300 }]];
    // Free memory follows one array of 240, so it may follow a single instance.
    const mostlyDense = [...Array.from({ length: 239 }, () => array(24, 'byte', 8)), array(64, 'byte', 8)];
    const pieces = [...mostlyDense, instance(24, 0x400), instance(24, 0x500), instance(32, 0x600), ...dense];
    const image = await heapOf(pieces, 8, classes);
    expect(image.classes.filter(({ name }) => /^class 0x[456]00$/.test(name)).map(({ bytes }) => bytes)).toEqual([24, 24, 24]);
    const single = await heapOf([...mostlyDense, instance(24, 0x400), ...dense], 8, classes);
    expect(single.classes.find(({ name }) => name === 'class 0x400')).toMatchObject({ objects: 1, bytes: 16 });
  });

  it('are not enlarged in a heap with gaps, except for classes known to have extra bytes', async () => {
    const w = new HprofWriter().named(OBJECT, 'java/lang/Object').named(0x300, 'app/Node').named(0x400, 'java/lang/Thread').named(0x500, 'app/Thread');
    w.classDump(OBJECT).classDump(0x300, { superclass: OBJECT, fields: ['int'] }).classDump(0x400, { superclass: OBJECT, fields: ['int'] }).classDump(0x500, { superclass: 0x400, fields: ['long'] });
    for (let i = 0; i < 200; i++) w.primitiveArray(0x10_0000 + 24 * i + (i < 100 ? 0 : 16 * (i - 100)), 'byte', 8);
    for (let i = 0; i < 20; i++) w.instance(0x20_0000 + 48 * i, 0x300).instance(0x30_0000 + 48 * i, 0x400);
    const { classes } = await readBytes(w.instance(0x40_0000, 0x500).end().bytes);
    const bytesOf = (name: string): number | undefined => classes.find((one) => one.name === name)?.bytes;
    expect(bytesOf('app.Node')).toBe(20 * 16);
    expect(bytesOf('java.lang.Thread')).toBe(20 * 48);
    expect(bytesOf('app.Thread')).toBe(24 + 32);
  });

  it('have the sizes that Android states, if java.lang.Object has a size', async () => {
    const w = new HprofWriter('1.0.3', 4).named(OBJECT, 'java.lang.Object').classDump(OBJECT, { instanceBytes: 8 });
    w.classDump(0x300, { superclass: OBJECT, instanceBytes: 44, fields: ['int'] }).instance(0x1000, 0x300).instance(0x1030, OBJECT).instance(0x1038, OBJECT);
    expect((await readBytes(w.end().bytes)).sizes.subarray(2)).toEqual(Uint32Array.of(48, 8, 8));
  });
});

describe('sizes', () => {
  it('of arrays of 4 GiB and more are kept', async () => {
    const image = await readBytes(new HprofWriter('1.0.3').sub(0xc3, number(0x18, 8), number(0, 4), number(2 ** 31, 4), number(11, 1)).end().bytes);
    checkImage(image);
    expect(image.bytes).toBe(16 + 2 ** 34);
  });

  it('of a class are that of an instance of java.lang.Class and of its static fields', async () => {
    const w = new HprofWriter().named(OBJECT, 'java/lang/Object').named(CLASS, 'java/lang/Class').text(1, 'a').text(2, '<resolved_references>');
    w.classDump(OBJECT).classDump(CLASS, { superclass: OBJECT, fields: ['object', 'object', 'object', 'int'] }); // 12 + 12 + 4, rounded up
    w.classDump(0x300, { superclass: OBJECT, statics: [[1, 'object', 0], [1, 'long', 0], [1, 'byte', 0]] }); // 4, up to 8, 8, 1
    w.classDump(0x400, { superclass: OBJECT, statics: [[2, 'object', 0]] });
    w.classDump(0x508, { superclass: OBJECT, statics: [[1, 'char', 0], [1, 'float', 0], [1, 'boolean', 0]] });
    const { sizes } = await readBytes(w.end().bytes);
    expect([...sizes]).toEqual([32, 32, 32 + 24, 32, 32 + 8]);
  });
});
