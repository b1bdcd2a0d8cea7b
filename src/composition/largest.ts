/** Selects the largest of millions. */

/** The `most` largest entries of those added, by their weight. Equal weights stay in the order in which they were added. */
export class Largest {
  private readonly most: number;
  private readonly entries: { readonly value: number; readonly weight: number }[] = [];

  constructor(most: number) {
    this.most = most;
  }

  add(value: number, weight: number): void {
    const { entries, most } = this;
    if (entries.length === most && (most === 0 || weight <= entries[most - 1].weight)) return;
    let [low, high] = [0, entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (entries[middle].weight >= weight) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, { value, weight });
    if (entries.length > most) entries.pop();
  }

  /** The values, the largest weight first. */
  get values(): number[] {
    return this.entries.map(({ value }) => value);
  }
}

/**
 * Returns the vertices of the dominator tree with the largest weights below `root`, the largest first, such that the parent
 * of each is `root` or selected too.
 * @param most most vertices
 * @param wide most children of one vertex
 * @param deep most generations below `root`
 */
export function largestSubtree(root: number, childrenAt: (vertex: number) => Iterable<number>, weightOf: (vertex: number) => number, { most, wide, deep }: { readonly most: number; readonly wide: number; readonly deep: number }): number[] {
  const selected: number[] = [];
  const open: { readonly vertex: number; readonly depth: number }[] = [];
  function expand(vertex: number, depth: number): void {
    if (depth > deep) return;
    const largest = new Largest(wide);
    for (const child of childrenAt(vertex)) largest.add(child, weightOf(child));
    for (const child of largest.values) open.push({ vertex: child, depth });
    open.sort((a, b) => weightOf(a.vertex) - weightOf(b.vertex));
    // No more of them can be selected.
    if (open.length > most) open.splice(0, open.length - most);
  }
  expand(root, 1);
  for (let next = open.pop(); next !== undefined && selected.length < most; next = open.pop()) {
    selected.push(next.vertex);
    expand(next.vertex, next.depth + 1);
  }
  return selected;
}
