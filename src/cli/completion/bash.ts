/** Completion for bash: a function that finds the command, then the option before the cursor. */
import type { CommandDeclaration, Values } from '../declarations.ts';
import { quote } from '../command-line.ts';

/** Returns the text of the script. */
export function bashCompletion(commands: readonly CommandDeclaration[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options.filter((option) => option.values.kind !== 'none').map(({ long, values }) => `    ${quote(`${name} ${long}`)}) ${reply(values)}; return ;;`));
  const words = commands.map(({ name, options, arguments: args }) => {
    const flags = options.map(({ long }) => long).join(' ');
    return `    ${name})\n      if [[ $cur == -* ]]; then ${replyWords(flags)}; else ${args.length === 0 ? ':' : reply(args[0].values)}; fi ;;`;
  });
  return `\
# bash completion for sweepgen; load it with: source <(sweepgen completion bash)
_sweepgen() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  # bash takes --option=value for three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ \${COMP_WORDS[i]} != -* ]]; then command=\${COMP_WORDS[i]}; break; fi
  done
  case "$command $prev" in
${values.join('\n')}
  esac
  case $command in
    '') ${replyWords([...commands.map(({ name }) => name), '--help', '--version'].join(' '))} ;;
${words.join('\n')}
  esac
}
complete -F _sweepgen sweepgen
`;
}

function reply(values: Values): string {
  switch (values.kind) {
    case 'words': {
      const names = values.words.length === 0 ? ':' : replyWords(values.words.join(' '));
      return values.files ? `${names}; compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$cur"))` : names;
    }
    case 'folder':
      return 'compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$cur"))';
    default:
      return ':';
  }
}

function replyWords(words: string): string {
  return `COMPREPLY=($(compgen -W ${quote(words)} -- "$cur"))`;
}
