/** Completion for zsh, by its _arguments. */
import type { CommandDeclaration, OptionDeclaration, Values } from '../declarations.ts';

/** Returns the text of the script. */
export function zshCompletion(commands: readonly CommandDeclaration[]): string {
  const described = commands.map(({ name, summary }) => `    ${single(`${name}:${summary}`)}`);
  const cases = commands.map(({ name, options, arguments: args }) => {
    const specs = [
      ...options.map(optionSpec),
      ...args.map(({ usage, isRepeated, values }, i) => `${isRepeated ? '*' : i + 1}:${plain(usage.replace(/[[\]<>.]/g, ''))}:${action(values)}`),
    ];
    return `        ${name})\n          _arguments -s : ${specs.map((spec) => `\\\n            ${single(spec)}`).join(' ')} ;;`;
  });
  return `\
#compdef sweepgen
# zsh completion for sweepgen; load it with: source <(sweepgen completion zsh), or save it as _sweepgen in a folder of $fpath
_sweepgen() {
  local line state
  local -a commands
  commands=(
${described.join('\n')}
  )
  _arguments -C '(-h --help)'{-h,--help}'[show help]' '(-V --version)'{-V,--version}'[print the version]' '1: :->command' '*:: :->rest'
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
${cases.join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _sweepgen ]]; then _sweepgen "$@"; else compdef _sweepgen sweepgen; fi
`;
}

/** Returns the specification of an option. --set may be repeated. */
function optionSpec({ long, help, values }: OptionDeclaration): string {
  const repeat = long === '--set' ? '*' : '';
  if (values.kind === 'none') return `${repeat}${long}[${plain(help)}]`;
  return `${repeat}${long}=[${plain(help)}]:${plain(long.slice(2))}:${action(values)}`;
}

/** _arguments calls an action with a space in front as it is, without options of compadd. */
function action(values: Values): string {
  switch (values.kind) {
    case 'words': {
      const words = values.words.map((word) => word.replaceAll(':', '\\:')).join(' ');
      if (!values.files) return `(${words})`;
      return words === '' ? '_files' : ` _alternative "words\\:name\\:(${words})" "files\\:file\\:_files"`;
    }
    case 'folder':
      return '_files -/';
    default:
      return ' ';
  }
}

/** Returns the text without the characters that _arguments interprets. */
function plain(text: string): string {
  return text.replaceAll('\\', '').replaceAll('[', '(').replaceAll(']', ')').replaceAll(':', '\\:');
}

function single(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
