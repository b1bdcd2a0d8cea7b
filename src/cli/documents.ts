/** Output for programs: the flags that every command understands alike. */

/** Flags with which stdout holds one document and nothing else; for the last two, unless they name a file. */
const FOR_PROGRAMS = ['--json', '--bench', '--csv', '--memprofile-text', '--memorydump'];

/** Whether these words ask for output that a program reads. */
export function printsForPrograms(args: readonly string[]): boolean {
  return FOR_PROGRAMS.some((flag) => args.includes(flag));
}
