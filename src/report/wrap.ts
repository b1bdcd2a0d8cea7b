/** Wraps text. */

/** Returns `text` on lines of at most `width` characters. A longer word has a line of its own. */
export function wrap(text: string, width = Infinity): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
