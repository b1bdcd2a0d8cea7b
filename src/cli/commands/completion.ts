/** `sweepgen completion`: prints a script with which a shell completes sweepgen's words. */
import type { Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { SHELLS, type Shell } from '../completion/shells.ts';
import { wordsOf } from '../completion/words.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { declarationsOf } from '../declarations.ts';
import type { Deps } from '../deps.ts';
import { examples } from '../help.ts';
import { oneOf } from '../options.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

export function declare(command: Command, deps: Deps, declareAll: () => Promise<void>): void {
  const program = command.parent!;
  command
    .description('Prints a script that completes commands, options and names. Load it from the file that your shell reads when it starts.')
    .argument('<shell>', SHELLS.join(', '), oneOf<Shell>('the shell', SHELLS))
    .addHelpText('after', examples([
      ['source <(sweepgen completion bash)', 'in ~/.bashrc; the same for zsh in ~/.zshrc'],
      ['sweepgen completion fish | source', 'in ~/.config/fish/config.fish'],
    ]))
    .action(async (shell: Shell) => {
      await declareAll();
      const names = program.commands.map((command) => command.name());
      deps.terminal.out(SCRIPTS[shell](declarationsOf(program, await wordsOf(deps, names))));
    });
}
