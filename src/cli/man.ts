/** The man page, in the macros of man(7). */
import type { CommandDeclaration } from './declarations.ts';
import { EXIT_ROWS } from './help.ts';

/**
 * The page's text.
 * @param description of the whole program
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
    'what sweepgen calibrate has found of this machine',
    '',
  ].join('\n');
}

const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ['GOGC', 'what --gogc is by default: a percentage, or off'],
  ['COLUMNS', 'the width to lay help and tables out for, from 60 to 200; the terminal is asked without it'],
  ['NO_COLOR, FORCE_COLOR', 'no colours; colours also where stdout is no terminal'],
];

function describeCommand({ name, description, options, arguments: args }: CommandDeclaration): string[] {
  return [
    `.SS ${escaped(['sweepgen', name, ...args.map(({ usage }) => usage)].join(' '))}`,
    escaped(description),
    ...args.flatMap(({ usage, help }) => ['.TP', `.I ${escaped(usage)}`, escaped(help)]),
    ...options.flatMap(({ flags, help }) => ['.TP', `.B ${escaped(flags)}`, escaped(help)]),
  ];
}

/** As troff prints it: a hyphen is a minus, and no line is a request. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^(?=[.'])/, '\\&');
}

function lowered(sentence: string): string {
  return (sentence[0].toLowerCase() + sentence.slice(1)).replace(/\.$/, '');
}
