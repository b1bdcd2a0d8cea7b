/** What a heap file says of its heap beside the objects: for reports. */
import type { JavaRoot } from './hprof-format.ts';

/** Which part of the dumped Go program held an object. */
export const ROOT_KINDS = ['data', 'bss', 'frames', 'finalizers', 'other'] as const;
export type RootKind = (typeof ROOT_KINDS)[number];

export interface HeapFacts {
  /** "Go heap dump 1.4", "Java heap dump 1.0.2". */
  readonly format: string;
  /** Pointers of each kind that lead to an object: all kinds of Go's, those that are there of Java's. */
  readonly roots: Readonly<Partial<Record<RootKind | JavaRoot, number>>>;
  /** Of a Go program. */
  readonly goroutines?: {
    readonly count: number;
    readonly frames: number;
    /** What they wait for, the commonest first. */
    readonly waiting: readonly { readonly reason: string; readonly count: number }[];
  };
  /** The objects by type or class where the file knows them, else by size; the largest share of the heap first. */
  readonly by: 'type' | 'class' | 'size';
  readonly groups: readonly HeapGroup[];
}

/** What a reader can skip or repair in a file. */
export const HEAP_NOTES = [
  'frame-fields', 'segment-fields', 'partial-objects', 'type-names', 'trailing-bytes',
  'dangling-references', 'dangling-roots', 'same-ids', 'missing-classes', 'odd-instances', 'wrong-lengths', 'unknown-records', 'later-dumps',
  'usual-sizes',
] as const;
export type HeapNoteKind = (typeof HEAP_NOTES)[number];

/** How often a reader skipped or repaired something; reports have a sentence for each kind. */
export interface HeapNote {
  readonly kind: HeapNoteKind;
  readonly count: number;
}

export interface HeapGroup {
  /** The type's or the class's name, or the size in bytes. */
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
}

/** Groups that are told apart; what is left is one more. */
const MOST_GROUPS = 20;
export const OTHER_GROUPS = 'all others';

/** Adds up objects that have the same key. */
export class GroupCounter<Key> {
  private readonly groups = new Map<Key, { objects: number; bytes: number }>();

  add(key: Key, bytes: number): void {
    const group = this.groups.get(key);
    if (group === undefined) {
      this.groups.set(key, { objects: 1, bytes });
    } else {
      group.objects++;
      group.bytes += bytes;
    }
  }

  /** See largestGroups. */
  finish(nameOf: (key: Key) => string): HeapGroup[] {
    return largestGroups([...this.groups].map(([key, group]) => ({ name: nameOf(key), ...group })).sort((a, b) => b.bytes - a.bytes));
  }
}

/** The first MOST_GROUPS of `groups`, which stand by bytes, and the others together. */
export function largestGroups(groups: readonly HeapGroup[]): HeapGroup[] {
  const shown = groups.slice(0, MOST_GROUPS);
  const rest = groups.slice(MOST_GROUPS);
  if (rest.length === 0) return shown;
  const sum = (of: (group: HeapGroup) => number): number => rest.reduce((total, group) => total + of(group), 0);
  return [...shown, { name: OTHER_GROUPS, objects: sum((group) => group.objects), bytes: sum((group) => group.bytes) }];
}
