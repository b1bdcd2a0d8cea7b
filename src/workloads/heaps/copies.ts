/**
 * Several copies of a heap side by side, to mark a larger heap of the same shape. The copies share nothing, as the heaps of
 * programs that keep many results of the same kind.
 */
import { listOf } from '../../base/large-arrays.ts';
import type { HeapLabels } from './labels.ts';
import type { HeapImage } from './image.ts';

/** Returns `copies` copies of `image`, with the roots of each. The facts of the file, which are of one copy, are left out. */
export function copiesOf(image: HeapImage, copies: number): HeapImage {
  if (copies === 1) return image;
  const { name, objects, edges, bytes, sizes, oversized, firstEdge, targets, roots, labels, notes } = image;
  const starts = repeated(firstEdge.subarray(0, objects), copies, edges, 1);
  starts[copies * objects] = copies * edges;
  return {
    name: `${copies} copies of ${name}`,
    objects: copies * objects,
    edges: copies * edges,
    bytes: copies * bytes,
    sizes: repeated(sizes, copies, 0),
    oversized: oversized && new Map([...oversized].flatMap(([object, size]) => Array.from({ length: copies }, (_, copy) => [copy * objects + object, size] as const))),
    firstEdge: starts,
    targets: repeated(targets, copies, objects),
    roots: repeated(roots, copies, objects),
    labels: labels && labelsOf(labels, copies, image),
    notes,
  };
}

/** Returns `list` for each copy, its entries raised by `step` from one copy to the next, and `extra` zeros. */
function repeated(list: Uint32Array, copies: number, step: number, extra = 0): Uint32Array {
  const all = listOf(copies * list.length + extra);
  for (let copy = 0; copy < copies; copy++) {
    const first = copy * list.length;
    all.set(list, first);
    if (step > 0) for (let i = first; i < first + list.length; i++) all[i] += copy * step;
  }
  return all;
}

/** Names the objects of the first copy as in the file, and those of the others with the number of their copy: `0xc000#2`. */
function labelsOf(labels: HeapLabels, copies: number, { objects, edges, roots }: HeapImage): HeapLabels {
  return {
    by: labels.by,
    groups: labels.groups,
    groupOf: repeated(labels.groupOf, copies, 0),
    idOf(object) {
      const copy = Math.floor(object / objects);
      return copy === 0 ? labels.idOf(object) : `${labels.idOf(object % objects)}#${copy + 1}`;
    },
    find(id) {
      const [, own, copy = '1'] = /^(.*?)(?:#([2-9]|[1-9]\d+))?$/s.exec(id) ?? [];
      const found = Number(copy) <= copies ? labels.find(own) : undefined;
      return found === undefined ? undefined : (Number(copy) - 1) * objects + found;
    },
    nameOf: labels.nameOf && ((object) => labels.nameOf!(object % objects)),
    edgeName: labels.edgeName && ((edge) => labels.edgeName!(edge % edges)),
    rootName: labels.rootName && ((root) => labels.rootName!(root % roots.length)),
  };
}
