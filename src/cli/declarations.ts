/** The declarations of the commands, for completion and the man page. */
import type { Command, Option } from 'commander';

/** The values of an option or an argument, for completion. */
export type Values =
  /** No value: a flag. */
  | { readonly kind: 'none' }
  /** Any number or text. */
  | { readonly kind: 'any' }
  | { readonly kind: 'folder' }
  /** One of these words; if `files` is true, also the path of a file. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly files: boolean };

export interface OptionDeclaration {
  /** Long name, as `--procs`. */
  readonly long: string;
  /** Short name, as `-V`, if any. */
  readonly short: string | undefined;
  /** Usage, as `--procs <n>`. */
  readonly flags: string;
  readonly help: string;
  readonly values: Values;
}

export interface ArgumentDeclaration {
  /** Usage, as `[workload]`. */
  readonly usage: string;
  readonly help: string;
  readonly isRepeated: boolean;
  readonly values: Values;
}

export interface CommandDeclaration {
  /** As it is called, after `sweepgen`. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionDeclaration[];
  readonly arguments: readonly ArgumentDeclaration[];
  /** The commands of a command that has some. Its options are then those of any of them. */
  readonly commands: readonly CommandDeclaration[];
}

/** Returns the words that complete an option or argument of that name. */
export type WordsFor = (command: string, name: string) => readonly string[] | undefined;

/** Returns the declarations of the commands of `program`, in the order of help. */
export function declarationsOf(program: Command, wordsFor: WordsFor): CommandDeclaration[] {
  return program.commands.map((command) => declareCommand(command, command.name(), wordsFor));
}

function declareCommand(command: Command, name: string, wordsFor: WordsFor): CommandDeclaration {
  const commands = command.commands.map((each) => declareCommand(each, `${name} ${each.name()}`, wordsFor));
  return {
    name,
    summary: command.summary(),
    description: command.description(),
    commands,
    ...(commands.length === 0 ? ofOne(command, wordsFor) : ofSeveral(command, commands)),
  };
}

type Words = Pick<CommandDeclaration, 'options' | 'arguments'>;

function ofOne(command: Command, wordsFor: WordsFor): Words {
  return {
    options: [...command.options.filter(({ hidden }) => !hidden).map((option) => declare(option, command.name(), wordsFor)), HELP],
    arguments: command.registeredArguments.map((argument) => ({
      usage: argument.required ? `<${argument.name()}>` : argument.variadic ? `[${argument.name()}...]` : `[${argument.name()}]`,
      help: argument.description,
      isRepeated: argument.variadic,
      values: { kind: 'words', words: wordsFor(command.name(), argument.name()) ?? [], files: !NO_FILES.has(command.name()) },
    })),
  };
}

/** Completion finds the first word of a command alone: it offers what any of the command's own commands takes. */
function ofSeveral(command: Command, commands: readonly CommandDeclaration[]): Words {
  const options = new Map(commands.flatMap((each) => each.options.map((option) => [option.long, option] as const)));
  const names = command.commands.map((each) => each.name());
  return { options: [...options.values()], arguments: [{ usage: '<command>', help: names.join(', '), isRepeated: true, values: { kind: 'words', words: names, files: true } }] };
}

/** Commands whose arguments are names, never files. */
const NO_FILES = new Set(['help', 'completion', 'mutants']);

const HELP: OptionDeclaration = { long: '--help', short: '-h', flags: '-h, --help', help: 'show help', values: { kind: 'none' } };

function declare(option: Option, command: string, wordsFor: WordsFor): OptionDeclaration {
  const { long, short, flags, description } = option;
  return { long: long!, short, flags, help: description, values: valuesOf(option, command, wordsFor) };
}

function valuesOf(option: Option, command: string, wordsFor: WordsFor): Values {
  if (!option.required && !option.optional) return { kind: 'none' };
  const placeholder = /[<[](.+)[>\]]/.exec(option.flags)?.[1];
  if (placeholder === 'folder') return { kind: 'folder' };
  const words = wordsFor(command, option.name()) ?? (option.parseArg as { names?: readonly string[] } | undefined)?.names;
  if (placeholder === 'file') return { kind: 'words', words: words ?? [], files: true };
  return words === undefined ? { kind: 'any' } : { kind: 'words', words, files: option.name() === 'machine' };
}
