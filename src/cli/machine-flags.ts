/** Flags for the options of a machine, from the tables run/machine-options.ts and run/tuning.ts. */
import { Option, type Command } from 'commander';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import type { TextKind } from '../run/kinds.ts';
import type { MachineOption } from '../run/machine-option.ts';
import { FLAG_NAMES, MACHINE_OPTIONS, type FlagName, type MachineOptions } from '../run/machine-options.ts';
import type { CollectorOptions } from '../run/rounds.ts';
import { TUNING, TUNING_NAMES, tunableKind, type MachineTuning, type Tunable, type TuningName } from '../run/tuning.ts';

/** Help and default of a flag, where a command has its own. */
type Changes = { readonly [Name in FlagName]?: { readonly help?: string; readonly default?: MachineOptions[Name] } };

/**
 * The options that choose a collector, and those of one collector alone, whose help begins with its name. A command that takes
 * `--collector` takes them all.
 */
export const COLLECTOR_FLAGS: readonly FlagName[] = FLAG_NAMES.filter((name) => name === 'collector' || MACHINE_OPTIONS[name].help.startsWith('with --collector '));

/** Returns the options of COLLECTOR_FLAGS among the flags of a command, or undefined for the default collector. */
export function collectorOf(flags: object): CollectorOptions | undefined {
  const { collector = 'parallel', ...others } = machineOptionsOf(flags, COLLECTOR_FLAGS);
  return collector === 'parallel' ? undefined : { collector, ...others };
}

/** Returns "--collector concurrent" and the like. */
export function collectorFlags(options: CollectorOptions): string[] {
  return COLLECTOR_FLAGS.flatMap((name) => {
    const flag = new Option(optionOf(name).flag).long!;
    const value = options[name];
    return value === undefined || value === false ? [] : [value === true ? flag : `${flag} ${String(value as string | number)}`];
  });
}

/** Adds the flags of these machine options to `command`, in this order. */
export function addMachineFlags(command: Command, names: readonly FlagName[], changes: Changes = {}): void {
  for (const name of names) {
    const { flag, help, default: usual, kind } = optionOf(name);
    const option = new Option(flag, changes[name]?.help ?? help);
    const value = changes[name]?.default ?? usual;
    if (value !== undefined) option.default(value);
    if ('parse' in kind) option.argParser(parserOf(kind, option.long!));
    command.addOption(option);
  }
}

/** Returns a parser of `kind` that carries its words, for completion. */
export function parserOf<T>(kind: TextKind<T>, what: string): ((text: string) => T) & { readonly names?: readonly string[] } {
  return Object.assign((text: string) => kind.parse(text, what), kind.words === undefined ? {} : { names: kind.words });
}

/** Returns the machine options among the flags of a command, by their names in the library. */
export function machineOptionsOf(flags: object, names: readonly FlagName[]): MachineOptions {
  const given = flags as Readonly<Record<string, unknown>>;
  return Object.fromEntries(names.flatMap((name) => {
    const value = given[new Option(optionOf(name).flag).attributeName()];
    return value === undefined ? [] : [[name, value]];
  }));
}

function optionOf(name: FlagName): MachineOption<unknown> {
  return MACHINE_OPTIONS[name] as MachineOption<unknown>;
}

/** Adds `--workbuf <n>` and the like. */
export function addTuning(command: Command, names: readonly TuningName[] = TUNING_NAMES): void {
  for (const name of names) {
    const { normal, help, policy, ...kind }: Tunable = TUNING[name];
    const usual = `default: ${normal}${policy === undefined ? '' : `; --policy ${policy}`}`;
    command.option(`--${name} <${'words' in kind ? 'how' : 'n'}>`, `${help} (${usual})`, parserOf(tunableKind(name), `--${name}`));
  }
}

/** Adds the parameters that only the lab mark loop has. */
export function addLab(command: Command): void {
  addTuning(command, TUNING_NAMES.filter((name) => (TUNING[name] as Tunable).policy === 'lab'));
}

/** Adds `--vary`, and its name of earlier versions, which help does not show. */
export function addVary(command: Command): void {
  command
    .option('--vary <name=list>', 'measure with each value of one of these parameters in turn, as --vary workbuf=64,256,1024 or mark=cas,byte', (text) => parseVary(text, '--vary'))
    .addOption(new Option('--sweep <name=list>').argParser((text) => parseVary(text, '--sweep')).conflicts('vary').hideHelp());
}

/** Returns the parameters of mark loops among the flags of a command. */
export function tuningOf(flags: MachineTuning): MachineTuning {
  return Object.fromEntries(TUNING_NAMES.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

/** Returns "--mark byte" and the like for the parameters that were given. */
export function tuningFlags(tuning: MachineTuning): string[] {
  return Object.entries(tuningOf(tuning)).map(([name, value]) => `--${name} ${value}`);
}

/** A parameter and the values to measure with. */
export interface Vary {
  readonly name: TuningName;
  readonly values: readonly (number | string)[];
}

/**
 * Parses "workbuf=64,256" or "mark=cas,byte" to the values in that order, each once.
 * @param flag begins its messages
 * @throws UsageError for an unknown parameter and for values that it can't have
 */
export function parseVary(text: string, flag: string): Vary {
  const [given, list, ...rest] = text.split('=');
  const name = TUNING_NAMES.find((known) => known === given);
  if (name === undefined) throw new UsageError(`${flag} knows no '${printable(given)}'${hint(given, TUNING_NAMES) || `; there are ${TUNING_NAMES.join(', ')}`}`);
  if (list === undefined || rest.length > 0) throw new UsageError(`${flag} needs a name and its values, as in ${flag} ${name}=${exampleOf(name)}, not '${printable(text)}'`);
  const kind = tunableKind(name);
  return { name, values: [...new Set(list.split(',').map((part) => kind.parse(part.trim(), `each value of ${flag} ${name}`)))] };
}

function exampleOf(name: TuningName): string {
  const tunable: Tunable = TUNING[name];
  if ('words' in tunable) return Object.keys(tunable.words).join(',');
  return tunable.max < 256 ? '8,32' : '64,256';
}
