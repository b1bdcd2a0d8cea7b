/**
 * A heap as every importer hands it to the loader: objects are numbered from 0, and the
 * references of object `i` are `targets[firstEdge[i] … firstEdge[i + 1] - 1]`.
 *
 *     firstEdge.length == objects + 1      firstEdge[objects] == edges == targets.length
 *     sizes.length == objects              bytes == Σ sizeOf(image, object)
 *
 * Typed arrays only, four bytes an entry: ten million objects with thirty million references
 * take 200 MB.
 */
import { HeapFormatError } from './format-error.ts';
import type { HeapFacts } from './heap-facts.ts';
import type { HeapNote } from './heap-notes.ts';
import type { Places } from './places.ts';

export interface HeapImage {
  /** For reports: the file's name, as a rule. */
  readonly name: string;
  readonly objects: number;
  readonly edges: number;
  /** Of all objects together. */
  readonly bytes: number;
  /** Bytes of each object, 0 for what its runtime keeps elsewhere, OVERSIZED for one of `oversized`. Read with `sizeOf`. */
  readonly sizes: Uint32Array;
  /** Bytes of each object that has OVERSIZED or more, by its number. */
  readonly oversized?: ReadonlyMap<number, number>;
  /** The first edge of each object, and the end of the last one's. */
  readonly firstEdge: Uint32Array;
  /** The object each edge leads to. */
  readonly targets: Uint32Array;
  /** Objects that are alive by themselves. */
  readonly roots: Uint32Array;
  /** What else its file says. */
  readonly facts?: HeapFacts;
  /** What its reader skipped or repaired, each kind once and only if it occurred. */
  readonly notes?: readonly HeapNote[];
  /** Of a heap that was this machine's own: where its objects lay, and where to read what was in them. */
  readonly places?: Places;
}

/** Stands in a list of sizes for a size that the list can't hold. */
export const OVERSIZED = 2 ** 32 - 1;

/** The bytes of `object`. */
export function sizeOf({ sizes, oversized }: Pick<HeapImage, 'sizes' | 'oversized'>, object: number): number {
  const size = sizes[object];
  return size < OVERSIZED ? size : (oversized?.get(object) ?? size);
}

/** Whether the collector need not look into `object`: it refers to nothing. */
export function isPointerFree(image: HeapImage, object: number): boolean {
  return image.firstEdge[object] === image.firstEdge[object + 1];
}

/** Throws a HeapFormatError unless the laws above hold and every index is in range. O(n). */
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
