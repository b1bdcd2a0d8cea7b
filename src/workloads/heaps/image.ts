/**
 * The image of a heap, which every importer returns and the loader takes. Objects are numbered from 0.
 * The references of object `i` are `targets[firstEdge[i] … firstEdge[i + 1] - 1]`.
 *
 *     firstEdge.length == objects + 1      firstEdge[objects] == edges == targets.length
 *     sizes.length == objects              bytes == Σ sizeOf(image, object)
 *
 * All lists are typed arrays of four bytes an entry: ten million objects with thirty million references
 * take 200 MB.
 */
import { HeapFormatError } from './format-error.ts';
import type { HeapFacts } from './heap-facts.ts';
import type { HeapNote } from './heap-notes.ts';
import type { HeapLabels } from './labels.ts';
import type { Places } from './places.ts';

/** Objects, references and roots. The heap of a machine has this form, too. */
export interface HeapGraph {
  readonly objects: number;
  readonly edges: number;
  /** Sum of the sizes of all objects. */
  readonly bytes: number;
  /** By object: bytes; 0 if its runtime stores it elsewhere, OVERSIZED if `oversized` has its size. Read with `sizeOf`. */
  readonly sizes: Uint32Array;
  /** By object of OVERSIZED bytes or more: bytes. */
  readonly oversized?: ReadonlyMap<number, number>;
  /** By object: its first edge. The last entry is the number of edges. */
  readonly firstEdge: Uint32Array;
  /** By edge: its target object. */
  readonly targets: Uint32Array;
  /** Objects that roots point to. */
  readonly roots: Uint32Array;
  /** Names of objects, references and roots, if they were asked for. */
  readonly labels?: HeapLabels;
}

export interface HeapImage extends HeapGraph {
  /** Name for reports, usually that of the file. */
  readonly name: string;
  /** Other facts of the file. */
  readonly facts?: HeapFacts;
  /** Faults that the importer skipped or repaired: one note for each kind that occurred. */
  readonly notes?: readonly HeapNote[];
  /** In a dump of this machine: the places of the objects, and the source of their contents. */
  readonly places?: Places;
}

/** Entry in a list of sizes for a size that takes more than 32 bits. */
export const OVERSIZED = 2 ** 32 - 1;

/** Returns the bytes of `object`. */
export function sizeOf({ sizes, oversized }: Pick<HeapImage, 'sizes' | 'oversized'>, object: number): number {
  const size = sizes[object];
  return size < OVERSIZED ? size : (oversized?.get(object) ?? size);
}

/** Reports whether `object` has no references. */
export function isPointerFree(image: HeapImage, object: number): boolean {
  return image.firstEdge[object] === image.firstEdge[object + 1];
}

/** Checks the invariants above and the range of every index. O(n). @throws HeapFormatError */
export function checkImage(image: HeapImage): void {
  const problem = problemOf(image);
  if (problem !== undefined) throw new HeapFormatError(image.name, problem);
}

function problemOf(image: HeapImage): string | undefined {
  const { objects, edges, sizes, firstEdge, targets, roots } = image;
  if (sizes.length !== objects) return `has ${objects} objects but ${sizes.length} sizes`;
  if (targets.length !== edges) return `has ${edges} edges but ${targets.length} targets`;
  if (firstEdge.length !== objects + 1) {
    return `has ${objects} objects but ${firstEdge.length} edge offsets instead of one more`;
  }
  if (firstEdge[0] !== 0) return `the first edge of object 0 is ${firstEdge[0]} instead of 0`;
  if (firstEdge[objects] !== edges) {
    return `has ${edges} edges but the last edge offset is ${firstEdge[objects]}`;
  }
  return sizesProblem(image) ?? offsetsProblem(firstEdge) ??
    rangeProblem('edge', targets, objects) ?? rangeProblem('root', roots, objects);
}

function sizesProblem(image: HeapImage): string | undefined {
  const { sizes, bytes } = image;
  let sum = 0;
  for (let i = 0; i < sizes.length; i++) sum += sizeOf(image, i);
  return sum === bytes ? undefined : `has ${bytes} bytes but its sizes add up to ${sum}`;
}

function offsetsProblem(firstEdge: Uint32Array): string | undefined {
  for (let i = 1; i < firstEdge.length; i++) {
    if (firstEdge[i] < firstEdge[i - 1]) {
      return `the edges of object ${i - 1} end before they begin`;
    }
  }
  return undefined;
}

function rangeProblem(what: string, indices: Uint32Array, objects: number): string | undefined {
  for (let i = 0; i < indices.length; i++) {
    if (indices[i] >= objects) {
      return `${what} ${i} leads to object ${indices[i]}, and there are only ${objects}`;
    }
  }
  return undefined;
}
