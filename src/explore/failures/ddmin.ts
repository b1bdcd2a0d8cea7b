/**
 * Delta debugging: the smallest part of a list that still fails, found by leaving parts out.
 * After Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
 */

/**
 * Of `items`, which fail, a sublist that fails and of which no single item can be left out.
 * @param fails asked of sublists, in the order of `items`; `null` ends it with what is found so far
 */
export function ddmin<Item>(items: readonly Item[], fails: (part: readonly Item[]) => boolean | null): readonly Item[] {
  if (items.length === 0) return items;
  const empty = fails([]);
  if (empty !== false) return empty ? [] : items;
  let kept = items;
  let chunks = 2;
  while (kept.length >= 2) {
    const smaller = leaveOneOut(kept, chunks, fails);
    if (smaller === null) return kept;
    if (smaller !== kept) {
      kept = smaller;
      chunks = Math.max(chunks - 1, 2);
    } else if (chunks < kept.length) chunks = Math.min(2 * chunks, kept.length);
    else break;
  }
  return kept;
}

/** `items` without the first chunk that it can do without; `items` itself if there is none; null at the end. */
function leaveOneOut<Item>(items: readonly Item[], chunks: number, fails: (part: readonly Item[]) => boolean | null): readonly Item[] | null {
  for (let i = 0; i < chunks; i++) {
    const from = Math.floor((items.length * i) / chunks);
    const to = Math.floor((items.length * (i + 1)) / chunks);
    if (from === to) continue;
    const rest = [...items.slice(0, from), ...items.slice(to)];
    const failed = rest.length === 0 ? false : fails(rest);
    if (failed === null) return null;
    if (failed) return rest;
  }
  return items;
}
