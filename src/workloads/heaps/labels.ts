/**
 * Names for the objects, references and roots of a heap. Importers keep them only if they are asked to, because they take
 * as much memory as the image itself. All indices are those of the image.
 */

/** The keys by which objects are grouped. */
export const GROUP_KEYS = ['type', 'class', 'constructor', 'size'] as const;
export type GroupKey = (typeof GROUP_KEYS)[number];

export interface HeapLabels {
  readonly by: GroupKey;
  /** By object: its group. */
  readonly groupOf: Uint32Array;
  /** The name of each group; with `by` 'size', the bytes of its objects. */
  readonly groups: readonly string[];
  /** Returns the name by which the heap's own tools call an object: its address, or its number in a V8 snapshot. */
  idOf(object: number): string;
  /** Returns the object that `id` names, or undefined. */
  find(id: string): number | undefined;
  /** Returns the name or content of one object, if it has more than that of its group. */
  nameOf?(object: number): string | undefined;
  /** Returns the field or the offset of an edge. */
  edgeName?(edge: number): string | undefined;
  /** Returns the kind of a root and its place. @param root index in `roots` */
  rootName?(root: number): string | undefined;
}

/** Numbers names in the order in which they occur. */
export class GroupNumbers<Key> {
  private readonly numbers = new Map<Key, number>();

  /** Returns the number of `key`, which is new if the key is. */
  of(key: Key): number {
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(key, number);
    }
    return number;
  }

  get keys(): Key[] {
    return [...this.numbers.keys()];
  }
}

/** Returns a lookup of objects by address. @param addresses by object, in increasing order */
export function byAddress(addresses: Float64Array): Pick<HeapLabels, 'idOf' | 'find'> {
  return {
    idOf: (object) => `0x${addresses[object].toString(16)}`,
    find(id) {
      if (!/^0x[0-9a-f]{1,16}$/i.test(id)) return undefined;
      const address = Number(id);
      let [low, high] = [0, addresses.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (addresses[middle] < address) low = middle + 1;
        else high = middle;
      }
      return addresses[low] === address ? low : undefined;
    },
  };
}

/** Names objects by their position in the image: `#0`. */
export const BY_POSITION: Pick<HeapLabels, 'idOf' | 'find'> = {
  idOf: (object) => `#${object}`,
  find: (id) => (/^#\d{1,10}$/.test(id) ? Number(id.slice(1)) : undefined),
};
