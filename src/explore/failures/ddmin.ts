/**
 * Delta debugging: shrinks a failing list by leaving out parts of it.
 *
 * 1. Part the list into n chunks, at first 2.
 * 2. Leave out one chunk after another. If the rest fails, continue with the rest and n - 1 chunks.
 * 3. If no chunk can be left out, double n, up to the length of the list.
 * 4. End when no single item can be left out: the result is 1-minimal.
 *
 * Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", TSE 2002.
 */

/**
 * Returns a failing sublist of `items`, which fail, from which no single item can be left out.
 * @param fails tests a sublist, in the order of `items`; `null` ends the search with the best list so far
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

/** Returns `items` without the first chunk that can be left out; `items` itself if there is none; null if `fails` ends the search. */
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
