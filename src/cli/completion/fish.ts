/** Completion for fish: a line for each command, option and list of words. */
import type { CommandDeclaration, Values } from '../declarations.ts';

/** Returns the text of the script. */
export function fishCompletion(commands: readonly CommandDeclaration[]): string {
  const lines = commands.flatMap(({ name, summary, options, arguments: args }) => {
    const seen = `__fish_seen_subcommand_from ${name}`;
    return [
      complete('__fish_use_subcommand', '-f', `-a ${name}`, `-d ${single(summary)}`),
      ...options.map(({ long, short, help, values }) =>
        complete(seen, `-l ${long.slice(2)}`, short === undefined ? '' : `-s ${short.slice(1)}`, optionValues(values), `-d ${single(help)}`)),
      ...args.slice(0, 1).map(({ values }) => complete(seen, argumentValues(values))),
    ];
  });
  return ['# fish completion for sweepgen; load it with: sweepgen completion fish | source', complete('__fish_use_subcommand', '-s V', '-l version', `-d 'print the version'`), ...lines, ''].join('\n');
}

function complete(condition: string, ...parts: readonly string[]): string {
  return ['complete', '-c sweepgen', `-n ${single(condition)}`, ...parts.filter((part) => part !== '')].join(' ');
}

function optionValues(values: Values): string {
  switch (values.kind) {
    case 'none':
      return '';
    case 'any':
      return '-x';
    case 'folder':
      return `-x -a '(__fish_complete_directories)'`;
    default:
      return `${values.files ? '-r -F' : '-x'}${values.words.length === 0 ? '' : ` -a ${single(values.words.join(' '))}`}`;
  }
}

function argumentValues(values: Values): string {
  if (values.kind !== 'words') return '-f';
  return `${values.files ? '-F' : '-f'}${values.words.length === 0 ? '' : ` -a ${single(values.words.join(' '))}`}`;
}

function single(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
