import { describe, expect, it } from 'vitest';
import { HprofWriter, number, smallHeap } from '../../support/hprof-writer.ts';
import { checkImage } from '../../../src/workloads/heaps/image.ts';
import { edgesOf, readBytes, repairsOf } from './hprof-feed.ts';

/** The objects of smallHeap in the order of their ids. */
const [OBJECT, NODE, DERIVED, NODES, LOADER, CLASS, FIRST, SECOND, ARRAY, BYTES, BOOT, THREAD] = [...Array(12).keys()];

describe.each([['1.0.1', 4], ['1.0.1', 8], ['1.0.2', 4], ['1.0.2', 8], ['1.0.3', 4]] as const)('format %s with ids of %i bytes', (version, idBytes) => {
  it.each([1, 7, 1 << 16])('has the objects, edges and roots, read in buffers of %i bytes', async (chunk) => {
    const image = await readBytes(smallHeap(version, idBytes).bytes, chunk);
    checkImage(image);
    expect(image).toMatchObject({ objects: 12, format: version, idBytes });
    const edges = edgesOf(image);
    // Superclass, loader, constants and statics, including those that the VM adds.
    expect(edges[NODE].toSorted()).toEqual([OBJECT, BOOT, BYTES, FIRST, BYTES].toSorted());
    expect(edges[DERIVED]).toEqual([NODE, BOOT]);
    expect(edges[OBJECT]).toEqual([]);
    // References, then the class, which the JVM could unload.
    expect(edges[FIRST]).toEqual([SECOND, NODE]);
    // The fields of the class precede those of the superclass.
    expect(edges[SECOND]).toEqual([ARRAY, FIRST, DERIVED]);
    expect(edges[ARRAY]).toEqual([FIRST, SECOND, NODES]);
    expect(edges[BYTES]).toEqual([]);
    // A loader holds the classes that it loaded. Its own class is a system class and needs no edge.
    expect(edges[BOOT].toSorted()).toEqual([NODE, DERIVED, NODES].toSorted());
    expect(edges[THREAD]).toEqual([]);
    expect([...image.roots]).toEqual([OBJECT, LOADER, CLASS, FIRST, THREAD]);
    expect(image.facts?.roots).toEqual({ systemClass: 3, thread: 1, javaFrame: 1, jniGlobal: 1 });
    expect(repairsOf(image)).toEqual([{ kind: 'dangling-references', count: 1 }, { kind: 'dangling-roots', count: 1 }]);
    expect(image.facts).toMatchObject({ format: `Java heap dump ${version}`, by: 'class' });
    expect(image.classes.map(({ name, objects }) => [name, objects])).toEqual(expect.arrayContaining([
      ['java.lang.Class', 6], ['app.Node', 1], ['app.Derived', 1], ['app.Node[]', 1], ['byte[]', 1], ['app.Loader', 1], ['java.lang.Object', 1],
    ]));
  });
});

describe('instances that precede their classes, as Android writes them', () => {
  const inOrder = (late: boolean): Buffer => {
    const w = new HprofWriter('1.0.3', 4).named(0x100, 'app.Base').named(0x200, 'app.Derived');
    const classes = (): HprofWriter => w.classDump(0x200, { superclass: 0x100, fields: ['short', 'object'] }).classDump(0x100, { fields: ['object'] });
    if (!late) classes();
    w.instance(0x1000, 0x200, [['short', 1], ['object', 0x2000], ['object', 0x1000]]).instance(0x2000, 0x100, [['object', 0x1000]]);
    if (late) classes();
    return w.root(0x8d, 0x2000).end().bytes;
  };

  it('have the same references', async () => {
    const image = await readBytes(inOrder(true), 5);
    expect(image).toEqual(await readBytes(inOrder(false)));
    // The classes have no loader, so there are no edges to them.
    expect(edgesOf(image)).toEqual([[], [0], [3, 2], [2]]);
  });

  it('may fill many pages', async () => {
    const w = new HprofWriter('1.0.3', 4);
    const fields = Array.from({ length: 30_000 }, () => 'object' as const);
    const instances = 10; // of 120,000 bytes each
    for (let i = 0; i < instances; i++) w.instance(0x1000 + i, 0x100, fields.map((type) => [type, 0x1000 + i]));
    const image = await readBytes(w.classDump(0x100, { fields }).end().bytes);
    expect([...image.firstEdge]).toEqual([0, ...Array.from({ length: instances + 1 }, (_, i) => i * fields.length)]);
    expect(image.targets.every((target, edge) => target === 1 + Math.floor(edge / fields.length))).toBe(true);
  });
});

describe('roots', () => {
  const KINDS = [
    [0x01, 8, 'jniGlobal'], [0x02, 8, 'jniLocal'], [0x03, 8, 'javaFrame'], [0x04, 4, 'nativeStack'], [0x05, 0, 'systemClass'],
    [0x06, 4, 'threadBlock'], [0x07, 0, 'monitor'], [0x08, 8, 'thread'], [0xff, 0, 'unknown'], [0x89, 0, 'internedString'],
    [0x8a, 0, 'finalizing'], [0x8b, 0, 'debugger'], [0x8c, 0, 'referenceCleanup'], [0x8d, 0, 'vmInternal'], [0x8e, 8, 'jniMonitor'],
  ] as const;

  it.each(KINDS)('of tag %i have %i bytes after the id and count as %s', async (tag, more, kind) => {
    const w = new HprofWriter('1.0.3').primitiveArray(0x1000, 'int', 1).primitiveArray(0x2000, 'int', 1).root(tag, 0x2000, more).root(tag, 0x2000, more);
    const image = await readBytes(w.root(tag, 0, more).end().bytes);
    expect(image.facts?.roots).toEqual({ [kind]: 2 });
    expect([...image.roots]).toEqual([1]);
    // A root may be null: a thread that JNI is about to attach.
    expect(repairsOf(image)).toEqual([]);
  });

  it('exclude unreachable objects, and the name of a heap is skipped', async () => {
    const w = new HprofWriter('1.0.3').sub(0xfe, number(1, 4), number(9, 8)).sub(0x90, number(0x1000, 8));
    w.sub(0xc3, number(0x1000, 8), number(0, 4), number(100, 4), number(10, 1)).primitiveArray(0x2000, 'int', 1).root(0xff, 0x2000);
    const { roots, objects, sizes } = await readBytes(w.end().bytes);
    expect(objects).toBe(2);
    expect([...roots]).toEqual([1]);
    expect(sizes[0]).toBe(16 + 400);
  });

  it('include classes without a loader if the file names no system classes', async () => {
    const w = new HprofWriter().classDump(0x100).classDump(0x200, { loader: 0x1000 }).primitiveArray(0x1000, 'int', 1).instance(0x2000, 0x100).instance(0x3000, 0x200);
    const image = await readBytes(w.end().bytes);
    expect([...image.roots]).toEqual([0]);
    expect(edgesOf(image)).toEqual([[], [2], [1], [], [1]]);
  });

  it('include classes of arrays without a loader, which HotSpot leaves out', async () => {
    const w = new HprofWriter().named(0x100, 'app/Hidden').named(0x200, '[I').named(0x300, 'java/lang/Object');
    w.classDump(0x100).classDump(0x200).classDump(0x300).root(0x05, 0x300);
    expect([...(await readBytes(w.end().bytes)).roots]).toEqual([1, 2]);
  });
});

describe('faults of writers are repaired and noted', () => {
  const body = (w: HprofWriter): HprofWriter => w.primitiveArray(0x1000, 'int', 1).primitiveArray(0x2000, 'int', 3).root(0x03, 0x2000, 8);
  const bodyBytes = body(new HprofWriter()).heapDump().bytes.length - new HprofWriter().heapDump().bytes.length;

  it.each<[string, Buffer]>([
    ['a heap dump of length 0', body(new HprofWriter('1.0.1')).heapDump(0).bytes],
    ['a heap dump of length 0 that begins with a root', body(new HprofWriter('1.0.1').root(0x01, 0x1000, 8)).heapDump(0).bytes],
    ['a heap dump of length 0, and its end record', body(new HprofWriter()).heapDump(0).record(0x2c, Buffer.alloc(0)).bytes],
    ['a heap dump whose length has lost what is above 32 bits', body(new HprofWriter('1.0.1')).heapDump(20).bytes],
    ['a heap dump that goes on with an array', body(new HprofWriter('1.0.1')).heapDump(bodyBytes - 17 - 30).bytes],
    ['a segment that is longer than it says', body(new HprofWriter()).segment(bodyBytes - 3).record(0x2c, Buffer.alloc(0)).bytes],
    ['a segment that is shorter than it says', body(new HprofWriter()).segment(bodyBytes + 300).end().bytes],
  ])('%s', async (_, file) => {
    const image = await readBytes(file, 11);
    expect(image).toMatchObject({ objects: 2, bytes: 24 + 32 });
    expect([...image.roots]).toContain(1);
    expect(repairsOf(image)).toEqual([{ kind: 'wrong-lengths', count: 1 }]);
  });

  it.each<[string, (w: HprofWriter) => HprofWriter, string, object]>([
    ['records of unknown kinds', (w) => w.record(0x33, Buffer.alloc(70_000)).end(), 'unknown-records', { objects: 2 }],
    ['a second heap dump', (w) => body(w.heapDump()).heapDump(), 'later-dumps', { objects: 2 }],
    ['a second heap dump in segments', (w) => body(body(w.end()).segment()).end(), 'later-dumps', { objects: 2 }],
    ['an object that is there twice', (w) => w.primitiveArray(0x2000, 'byte', 1000).end(), 'same-ids', { objects: 2 }],
    ['a class that is an instance, too', (w) => w.instance(0x3000, 0x3000).classDump(0x3000, { statics: [[0, 'object', 0x1000]] }).end(), 'same-ids', { objects: 3, edges: 1 }],
    ['an instance that is a class, too', (w) => w.classDump(0x100).instance(0x3000, 0x100).classDump(0x3000, { statics: [[0, 'object', 0x1000]] }).end(), 'same-ids', { objects: 4, edges: 1 }],
    ['a class that is there twice, with other fields', (w) => w.classDump(0x100, { fields: ['object'] }).classDump(0x100, { fields: ['int', 'int'] }).instance(0x3000, 0x100, [['object', 0x1000]]).end(), 'same-ids', { objects: 4, edges: 1 }],
    ['an instance of a class that is not there', (w) => w.instance(0x3000, 0x99, [['object', 0x1000]]).end(), 'missing-classes', { objects: 3, edges: 0 }],
    ['an instance whose superclass is not there', (w) => w.classDump(0x100, { superclass: 0x98, fields: ['object'] }).instance(0x3000, 0x100, [['object', 0x1000], ['object', 0x2000]]).end(), 'dangling-references missing-classes', { objects: 4, edges: 1 }],
    ['an instance with too few bytes', (w) => w.classDump(0x100, { fields: ['object', 'object'] }).instance(0x3000, 0x100, [['object', 0x1000], ['int', 1]]).end(), 'odd-instances', { objects: 4, edges: 1 }],
    ['an instance with too many bytes', (w) => w.classDump(0x100, { fields: ['object'] }).instance(0x3000, 0x100, [['object', 0x1000], ['object', 0x1000]]).end(), 'odd-instances', { objects: 4, edges: 1 }],
  ])('%s', async (_, end, kinds, expected) => {
    const image = await readBytes(end(body(new HprofWriter())).bytes);
    checkImage(image);
    expect(image).toMatchObject(expected);
    expect(repairsOf(image)).toEqual(kinds.split(' ').map((kind) => ({ kind, count: 1 })));
  });

  it('a sound file has no notes', async () => {
    const w = new HprofWriter();
    for (let i = 0; i < 10; i++) w.primitiveArray(0x1000 + 24 * i, 'int', 2);
    expect((await readBytes(w.segment().record(0x06, Buffer.alloc(9)).end().bytes)).notes).toEqual([]);
  });
});

describe('the reader of hprof files', () => {
  it('accepts a heap without objects', async () => {
    const image = await readBytes(new HprofWriter().end().bytes);
    checkImage(image);
    expect(image).toMatchObject({ objects: 0, edges: 0, bytes: 0 });
  });

  it('gives class names the form of Java programs', async () => {
    const w = new HprofWriter();
    const names = ['java/util/Map$Entry', '[[I', '[Ljava/lang/String;', 'app/Main$$Lambda$1+0x00007fb434002a10', 'dalvik.system.VMStack', '[Z'];
    for (const [i, name] of names.entries()) w.named(0x100 * (i + 1), name).objectArray(0x10_000 + 0x100 * i, 0x100 * (i + 1), []);
    const { classes } = await readBytes(w.objectArray(0x20_000, 0xabc, []).end().bytes);
    expect(classes.map(({ name }) => name).sort()).toEqual(
      ['app.Main$$Lambda$1/0x00007fb434002a10', 'boolean[]', 'class 0xabc', 'dalvik.system.VMStack', 'int[][]', 'java.lang.String[]', 'java.util.Map$Entry'],
    );
  });
});
