/** Facts of a heap file other than its objects and references, for reports. */

export interface HeapFacts {
  /** "Go heap dump 1.4", "Java heap dump 1.0.2". */
  readonly format: string;
  /** Root pointers to objects, by kind. A Go dump has all kinds of Go, a Java dump those that occur. */
  readonly roots: Readonly<Partial<Record<string, number>>>;
  /** Goroutines of a Go program. */
  readonly goroutines?: {
    readonly count: number;
    readonly frames: number;
    /** Goroutines by wait reason, the most frequent reason first. */
    readonly waiting: readonly { readonly reason: string; readonly count: number }[];
  };
  /** The key of `groups`: type or class if the file has them, else size. */
  readonly by: 'type' | 'class' | 'size';
  /** The objects by that key, the most bytes first. */
  readonly groups: readonly HeapGroup[];
}

export interface HeapGroup {
  /** Name of the type or class, or the size in bytes. */
  readonly name: string;
  readonly objects: number;
  readonly bytes: number;
}

/** Most groups in a report. The remaining objects form one more group. */
const MOST_GROUPS = 20;
export const OTHER_GROUPS = 'all others';

/** Counts objects and their bytes by key. */
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

  /** Returns the groups, the most bytes first, reduced by largestGroups. */
  finish(nameOf: (key: Key) => string): HeapGroup[] {
    return largestGroups([...this.groups].map(([key, group]) => ({ name: nameOf(key), ...group })).sort((a, b) => b.bytes - a.bytes));
  }
}

/** Returns the first MOST_GROUPS of `groups`, which are sorted by bytes, and one group of all others. */
export function largestGroups(groups: readonly HeapGroup[]): HeapGroup[] {
  const shown = groups.slice(0, MOST_GROUPS);
  const rest = groups.slice(MOST_GROUPS);
  if (rest.length === 0) return shown;
  const sum = (of: (group: HeapGroup) => number): number => rest.reduce((total, group) => total + of(group), 0);
  return [...shown, { name: OTHER_GROUPS, objects: sum((group) => group.objects), bytes: sum((group) => group.bytes) }];
}
