import { describe, expect, it } from 'vitest';
import { copiesOf } from '../../../src/workloads/heaps/copies.ts';
import { checkImage, OVERSIZED, sizeOf, type HeapImage } from '../../../src/workloads/heaps/image.ts';
import { byAddress } from '../../../src/workloads/heaps/labels.ts';

/** Object 0 points to both, object 1 to itself; the last is large. */
const IMAGE: HeapImage = {
  name: 'small',
  objects: 3,
  edges: 3,
  bytes: 48 + 2 ** 33,
  sizes: Uint32Array.of(16, 32, OVERSIZED),
  oversized: new Map([[2, 2 ** 33]]),
  firstEdge: Uint32Array.of(0, 2, 3, 3),
  targets: Uint32Array.of(1, 2, 1),
  roots: Uint32Array.of(0),
  labels: { by: 'type', groups: ['a', 'b'], groupOf: Uint32Array.of(0, 1, 1), ...byAddress(Float64Array.of(16, 32, 64)), nameOf: (object) => `name ${object}`, edgeName: (edge) => `edge ${edge}`, rootName: (root) => `root ${root}` },
};

describe('copies of a heap', () => {
  const three = copiesOf(IMAGE, 3);

  it('are a valid heap of as many objects, references, roots and bytes', () => {
    checkImage(three);
    expect(three).toMatchObject({ name: '3 copies of small', objects: 9, edges: 9, bytes: 3 * IMAGE.bytes });
    expect([...three.roots]).toEqual([0, 3, 6]);
    expect(sizeOf(three, 8)).toBe(2 ** 33);
  });

  it('share nothing: the references of each stay within it', () => {
    expect([...three.targets]).toEqual([1, 2, 1, 4, 5, 4, 7, 8, 7]);
  });

  it('have the names of the original, and those of further copies their number', () => {
    const labels = three.labels!;
    expect([0, 4, 8].map((object) => labels.idOf(object))).toEqual(['0x10', '0x20#2', '0x40#3']);
    for (let object = 0; object < 9; object++) expect(labels.find(labels.idOf(object))).toBe(object);
    expect(['0x10#4', '0x10#1', '0x11', '0x11#2'].map((id) => labels.find(id))).toEqual([undefined, undefined, undefined, undefined]);
    expect([...labels.groupOf]).toEqual([0, 1, 1, 0, 1, 1, 0, 1, 1]);
    expect([labels.nameOf!(5), labels.edgeName!(7), labels.rootName!(2)]).toEqual(['name 2', 'edge 1', 'root 0']);
  });

  it('are the heap itself, if one is wanted', () => {
    expect(copiesOf(IMAGE, 1)).toBe(IMAGE);
  });
});
