/** Command lines that a user can paste into a shell. */

/** Returns the word for a shell, in quotes if necessary. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Returns the words with the option `name` set to `value`, in place of its old value. */
export function withOption(args: readonly string[], name: string, value: string): string[] {
  const others = args.filter((word, i) => word !== name && !word.startsWith(`${name}=`) && args[i - 1] !== name);
  return [...others, name, value];
}

/** Returns the command line of `sweepgen` with these words. The password of a URL is left out. */
export function commandLine(words: readonly string[]): string {
  return ['sweepgen', ...words.map((word) => quote(withoutPassword(word)))].join(' ');
}

/** Returns the word, if it is or ends with a URL, with PASSWORD in the place of its password. */
function withoutPassword(word: string): string {
  return word.replace(/^((?:--[\w-]+=)?\w+:\/\/[^:@/]*):.*@/s, '$1:PASSWORD@');
}
