/** The names that importers keep of objects, references and roots. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGoDump } from '../../../src/workloads/heaps/go-dump.ts';
import type { HeapImage } from '../../../src/workloads/heaps/image.ts';
import { byAddress, type HeapLabels } from '../../../src/workloads/heaps/labels.ts';
import { openHeapFile } from '../../../src/workloads/heaps/open-heap.ts';
import { labelsOf } from '../../../src/workloads/heaps/size-labels.ts';
import { StringPool } from '../../../src/workloads/heaps/string-pool.ts';
import { readHprof } from '../../../src/workloads/heaps/hprof.ts';
import { readV8Snapshot } from '../../../src/workloads/heaps/v8-snapshot.ts';
import { HprofWriter } from '../../support/hprof-writer.ts';
import { inChunks, tiny } from './feed.ts';
import { DumpWriter, HEAP } from './go-dump-writer.ts';

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));

/** Returns the labels of an image; each object must be found by its own name. */
function checkedLabels(image: HeapImage): HeapLabels {
  const { labels, objects } = image;
  if (labels === undefined) throw new Error('no labels were kept');
  expect(labels.groupOf).toHaveLength(objects);
  for (let i = 0; i < objects; i += Math.ceil(objects / 100)) expect(labels.find(labels.idOf(i))).toBe(i);
  for (const group of labels.groupOf) if (labels.groups[group] === undefined) throw new Error(`there is no group ${group}`);
  return labels;
}

/** Returns each edge of `object` as "name → target". */
function edgesOf(image: HeapImage, object: number): string[] {
  const edges = Array.from({ length: image.firstEdge[object + 1] - image.firstEdge[object] }, (_, i) => image.firstEdge[object] + i);
  return edges.map((edge) => `${image.labels?.edgeName?.(edge)} → ${image.targets[edge]}`);
}

describe('the labels of a V8 snapshot', () => {
  it.each([1, 5, 1 << 16])('are constructors, ids and properties, without those of weak edges, read in buffers of %i bytes', async (chunk) => {
    const file = tiny();
    file.strings = ['', 'Node "a"\u202e', 'next\\\n\u{1f600}'];
    file.edges = [0, 1, 5, 0, 2, 10, 1, 3, 5, 2, 2, 0];
    const image = await readV8Snapshot(inChunks(Buffer.from(JSON.stringify(file)), chunk), { name: 'test', labels: true });
    const labels = checkedLabels(image);
    expect([0, 1, 2].map((i) => labels.groups[labels.groupOf[i]])).toEqual(['(system)', 'Node "a"\u202e', 'next\\\n\u{1f600}']);
    expect([0, 1, 2].map((i) => labels.idOf(i))).toEqual(['@1', '@3', '@5']);
    expect(edgesOf(image, 0)).toEqual(['Node "a"\u202e → 1', 'next\\\n\u{1f600} → 2']);
    expect(edgesOf(image, 2)).toEqual(['next\\\n\u{1f600} → 0']);
    expect([labels.find('@4'), labels.find('3'), labels.find('@x')]).toEqual([undefined, undefined, undefined]);
  });

  it('are kept only if they are asked for, and only if the file has them', async () => {
    const file = tiny();
    const read = (labels: boolean) => readV8Snapshot(inChunks(Buffer.from(JSON.stringify(file)), 4096), { name: 'test', labels });
    expect((await read(false)).labels).toBeUndefined();
    file.snapshot.meta.edge_fields = ['type', 'x', 'to_node'];
    expect((await read(true)).labels).toBeUndefined();
  });
});

describe('the labels of a Go dump', () => {
  it.each([3, 4, 7])('of format 1.%i are addresses, offsets and the places of roots, in any order of the objects', async (minor) => {
    const w = new DumpWriter(minor).params();
    w.object(HEAP + 0x100, 32, { 8: HEAP, 24: HEAP + 0x104 }, [['ptr', 8], ['ptr', 24]]).object(HEAP, 16).object(HEAP + 0x200, 16).object(HEAP + 0x300, 16);
    w.segment(13, 24, { 0: 1, 16: HEAP + 0x100 }, [['ptr', 0], ['ptr', 16]]);
    w.frame(16, { 8: HEAP + 0x200 }, [['ptr', 8]]).otherRoot(HEAP + 0x300).eof();
    const image = await readGoDump(inChunks(w.bytes, 7), { labels: true });
    const labels = checkedLabels(image);
    expect(labels.idOf(1)).toBe(`0x${(HEAP + 0x100).toString(16)}`);
    expect([labels.find(`0x${(HEAP + 0x101).toString(16)}`), labels.find('0x'), labels.find('0xffffffffffffffff')]).toEqual([undefined, undefined, undefined]);
    expect(edgesOf(image, 1)).toEqual(['+8 → 0', '+24 → 1']);
    expect([...image.roots].map((root, i) => [root, labels.rootName?.(i)])).toEqual([[1, 'bss 0x600010'], [2, 'frame of main.main +8'], [3, 'some root']]);
  });

  it('are those of real dumps: types of Go 1.3, sizes of the others', async () => {
    const typed = checkedLabels(await openHeapFile(fixture('go-dumps/go1.3-everything.heapdump.gz'), undefined, true));
    expect(typed.by).toBe('type');
    const image = await openHeapFile(fixture('go-dumps/go1.7-everything.heapdump.gz'), undefined, true);
    const sized = checkedLabels(image);
    expect(sized.by).toBe('size');
    for (let i = 0; i < image.objects; i++) expect(sized.groups[sized.groupOf[i]]).toBe(String(image.sizes[i]));
    const names = Array.from(image.roots, (_, i) => sized.rootName?.(i));
    expect(names.some((name) => name?.startsWith('frame of main.'))).toBe(true);
    expect(names.some((name) => name?.startsWith('bss 0x'))).toBe(true);
  });
});

describe('the labels of a Java dump', () => {
  it('are the classes of its histogram, and kinds of roots', async () => {
    const image = await openHeapFile(fixture('java-dumps/jdk17-small.hprof.gz'), undefined, true);
    const labels = checkedLabels(image);
    const objects = Array.from({ length: image.objects }, (_, i) => i);
    const groups = new Map<string, number>();
    for (const i of objects) groups.set(labels.groups[labels.groupOf[i]], (groups.get(labels.groups[labels.groupOf[i]]) ?? 0) + 1);
    for (const { name, objects: count } of image.facts?.groups.slice(0, 10) ?? []) expect(groups.get(name)).toBe(count);
    expect(objects.filter((i) => labels.nameOf?.(i) === 'class java.lang.System')).toHaveLength(1);
    expect(new Set(Array.from(image.roots, (_, i) => labels.rootName?.(i)))).toEqual(new Set(['system classes', 'threads', 'in frames', 'JNI globals']));
  });
});

describe.each([4, 8])('the labels of a Java dump with ids of %i bytes', (idBytes) => {
  it.each([1, 1 << 16])('are fields, statics and elements, read in buffers of %i bytes', async (chunk) => {
    const w = new HprofWriter('1.0.2', idBytes).text(1, 'next').text(2, 'first').text(3, 'last').text(4, 'head');
    w.named(0x100, 'app.Base').named(0x200, 'app.Node').named(0x300, '[Lapp/Node;');
    w.instance(0x1000, 0x200, [['int', 7], ['object', 0], ['object', 0x2000], ['object', 0x1000]]);
    w.classDump(0x100, { fields: [['object', 1]] }).classDump(0x200, { superclass: 0x100, loader: 0x3000, statics: [[9, 'int', 5], [4, 'object', 0x1000]], fields: [['int', 9], ['object', 2], ['object', 3]] });
    w.classDump(0x300).instance(0x3000, 0x100, [['object', 0x2000]]).objectArray(0x2000, 0x300, [0, 0x1000, 0, 0x2000]).root(0x08, 0x3000, 8);
    const image = await readHprof(inChunks(w.end().bytes, chunk), { labels: true });
    checkedLabels(image);
    const at = (id: number): number => image.labels?.find(`0x${id.toString(16)}`) ?? -1;
    const [base, node, instance, array, loader] = [0x100, 0x200, 0x1000, 0x2000, 0x3000].map(at);
    expect(edgesOf(image, instance)).toEqual([`last → ${array}`, `next → ${instance}`, `its class → ${node}`]);
    expect(edgesOf(image, node)).toEqual([`superclass → ${base}`, `loader → ${loader}`, `head → ${instance}`]);
    expect(edgesOf(image, array)).toEqual([`[1] → ${instance}`, `[3] → ${array}`]);
    expect(edgesOf(image, loader)).toEqual([`next → ${array}`, `loaded class → ${node}`]);
    expect(image.labels?.nameOf?.(node)).toBe('class app.Node');
  });
});

describe('an image without labels', () => {
  it('has those of sizes and positions', () => {
    const labels = labelsOf({ objects: 3, sizes: Uint32Array.of(16, 8, 16) });
    expect([[...labels.groupOf], labels.groups, labels.idOf(2), labels.find('#2'), labels.find('2')]).toEqual([[0, 1, 0], ['16', '8'], '#2', 2, undefined]);
  });
});

describe('an address', () => {
  it('is found exactly', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 50 }), { maxLength: 20 }), fc.integer({ min: 0, max: 50 }), (all, wanted) => {
      const sorted = all.toSorted((a, b) => a - b);
      const at = sorted.indexOf(wanted);
      expect(byAddress(Float64Array.from(sorted)).find(`0x${wanted.toString(16)}`)).toBe(at === -1 ? undefined : at);
    }));
  });
});

describe('the pool of strings', () => {
  it('holds any strings, in pieces of any size, those of more than 240 bytes with an ellipsis', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ maxLength: 300 }));
    fc.assert(fc.property(fc.array(text, { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (strings, size) => {
      const pool = new StringPool();
      const json = Buffer.from(JSON.stringify(strings, null, size % 2));
      for (let at = 0; at < json.length; at += size) pool.add(json.subarray(at, at + size));
      strings.forEach((string, i) => {
        const kept = pool.at(i);
        if (Buffer.byteLength(JSON.stringify(string)) - 2 < 240) expect(kept).toBe(string.toWellFormed());
        else expect([kept.endsWith('…'), string.toWellFormed().startsWith(kept.slice(0, -1).replace(/\uFFFD$/, ''))]).toEqual([true, true]);
      });
      expect(pool.at(strings.length)).toBe('');
    }));
  });
});
