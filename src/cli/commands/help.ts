/** `sweepgen help`: the help of one command, or of all as a man page. */
import type { Command } from 'commander';
import { UsageError } from '../../base/fatal.ts';
import { printable } from '../../base/printable.ts';
import { declarationsOf } from '../declarations.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { manPage } from '../man.ts';
import { hint } from '../../base/suggest.ts';

export function declare(command: Command, deps: Deps, declareAll: () => Promise<void>): void {
  const program = command.parent!;
  command
    .description('Shows the help of a command, or the list of commands.')
    .argument('[command...]', 'the command (default: all)')
    .option('--man', 'print the man page, as troff')
    .addHelpText('after', examples([
      ['sweepgen help run', 'the same as sweepgen run --help'],
      ['sweepgen help campaign merge', 'one of the commands of campaign'],
      ['sweepgen help --man | man -l -', 'the man page'],
    ]))
    .action(async (names: readonly string[], { man }: { readonly man?: boolean }) => {
      if (man || names.length > 0) await declareAll();
      if (man) deps.terminal.out(manPage(program.description(), declarationsOf(program, () => undefined), deps.version));
      else names.reduce(find, program).outputHelp();
    });
}

function find(program: Command, name: string): Command {
  const found = program.commands.find((command) => command.name() === name);
  if (found === undefined) throw new UsageError(`there is no command '${printable(name)}'${hint(name, program.commands.map((command) => command.name()))}`);
  return found;
}
