/** Command lines to copy into a shell. */

/** The word as a shell reads it, in quotes if it needs them. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The words with the option `name` set to `value`, wherever it was before. */
export function withOption(args: readonly string[], name: string, value: string): string[] {
  const others = args.filter((word, i) => word !== name && !word.startsWith(`${name}=`) && args[i - 1] !== name);
  return [...others, name, value];
}

/** `sweepgen` with these words. */
export function commandLine(words: readonly string[]): string {
  return ['sweepgen', ...words.map(quote)].join(' ');
}
