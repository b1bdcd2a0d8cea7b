/** The man page, in the macros of man(7). */
import type { CommandDeclaration } from './declarations.ts';
import { EXIT_ROWS } from './help.ts';

/**
 * Returns the text of the man page.
 * @param description describes the whole program
 */
export function manPage(description: string, commands: readonly CommandDeclaration[], version: string): string {
  return [
    `.TH SWEEPGEN 1 "" "sweepgen ${version}"`,
    '.SH NAME',
    `sweepgen \\- ${escaped(lowered(description))}`,
    '.SH SYNOPSIS',
    '.B sweepgen',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    escaped(description),
    '.SH COMMANDS',
    ...commands.flatMap(describeCommand),
    '.SH EXIT STATUS',
    ...EXIT_ROWS.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, escaped(meaning)]),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, meaning]) => ['.TP', `.B ${name}`, escaped(meaning)]),
    '.SH FILES',
    '.TP',
    '.I $XDG_CONFIG_HOME/sweepgen/machine.json',
    'the model of this machine that sweepgen calibrate has measured',
    '',
  ].join('\n');
}

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['GOGC', 'the default of --gogc: a percentage, or off'],
  ['COLUMNS', 'width of help and tables, from 60 to 200 (default: the width of the terminal)'],
  ['NO_COLOR, FORCE_COLOR', 'no colours; colours even if stdout is not a terminal'],
];

function describeCommand({ name, description, options, arguments: args, commands }: CommandDeclaration): string[] {
  if (commands.length > 0) return commands.flatMap(describeCommand);
  return [
    `.SS ${escaped(['sweepgen', name, ...args.map(({ usage }) => usage)].join(' '))}`,
    escaped(description),
    ...args.flatMap(({ usage, help }) => ['.TP', `.I ${escaped(usage)}`, escaped(help)]),
    ...options.flatMap(({ flags, help }) => ['.TP', `.B ${escaped(flags)}`, escaped(help)]),
  ];
}

/** Returns the text for troff: hyphens are printed as they are, and no line is a request. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(?=[.'])/, '\\&');
}

function lowered(sentence: string): string {
  return (sentence[0].toLowerCase() + sentence.slice(1)).replace(/\.$/, '');
}
