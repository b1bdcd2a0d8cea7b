/** Suggestions for a mistyped word: "did you mean …?" */

/**
 * Returns the word of `known` with the smallest edit distance to `word`, ignoring case.
 * Returns undefined if every distance is more than 40 % of the length of `word`.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.floor(word.length * 0.4) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** The largest number of words that a hint lists; a longer list is not read. */
const MOST_LISTED = 60;

/**
 * Returns the end of a message that refuses `word`: "; did you mean X?" if a known word is near,
 * "; there are X, Y and Z" if the known words are few, or an empty string.
 */
export function hint(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean ${near}?`;
  if (known.length === 0 || known.length > MOST_LISTED) return '';
  return `; there ${known.length === 1 ? 'is' : 'are'} ${inWords(known)}`;
}

/** Returns the words as a list in prose: "a, b and c". */
export function inWords(words: readonly string[], conjunction = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words[words.length - 1]}`;
}

/** Returns the number of letters to insert, delete, change or swap with a neighbour that turns `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const d = Array.from({ length: a.length + 1 }, (_, i) => [i, ...Array<number>(b.length).fill(0)]);
  for (let j = 1; j <= b.length; j++) d[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.length][b.length];
}
