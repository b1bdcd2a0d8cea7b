/** What other programs read: how --json and its relatives print, the same for every command. */

/** Flags with which stdout holds one document, and nothing else; the last two unless they name a file. */
const FOR_PROGRAMS = ['--json', '--bench', '--csv', '--memprofile-text', '--memorydump'];

/** Whether these words ask for output that a program reads. */
export function printsForPrograms(args: readonly string[]): boolean {
  return FOR_PROGRAMS.some((flag) => args.includes(flag));
}
