/** Flags for what of the mark can be tried out, and the sweep over one of them. */
import type { Command } from 'commander';
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { TUNING, TUNING_NAMES, type MachineTuning, type Tunable, type TuningName } from '../run/tuning.ts';
import { integer, oneOf } from './options.ts';
import { hint } from '../base/suggest.ts';

/** Adds `--workbuf <n>` and the like. */
export function addTuning(command: Command, names: readonly TuningName[] = TUNING_NAMES): Command {
  for (const name of names) {
    const { normal, help, policy, ...kind }: Tunable = TUNING[name];
    const usual = `default: ${normal}${policy === undefined ? '' : `; --policy ${policy}`}`;
    command.option(`--${name} <${'words' in kind ? 'how' : 'n'}>`, `${help} (${usual})`, valueParser(`--${name}`, name));
  }
  return command;
}

/** Adds those that only the lab's mark loop has. */
export function addLab(command: Command): Command {
  return addTuning(command, TUNING_NAMES.filter((name) => (TUNING[name] as Tunable).policy === 'lab'));
}

export function addSweep(command: Command): Command {
  return command.option('--sweep <name=list>', 'measure with each value of one of these in turn, as --sweep workbuf=64,256,1024 or mark=cas,byte', parseSweep);
}

/** Of all flags, those that were given of these. */
export function tuningOf(flags: MachineTuning): MachineTuning {
  return Object.fromEntries(TUNING_NAMES.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

/** "--mark byte" and the like, of what was chosen. */
export function tuningFlags(tuning: MachineTuning): string[] {
  return Object.entries(tuningOf(tuning)).map(([name, value]) => `--${name} ${value}`);
}

export interface Sweep {
  readonly name: TuningName;
  readonly values: readonly (number | string)[];
}

/** "workbuf=64,256" or "mark=cas,byte" → its values in that order, each once. */
export function parseSweep(text: string): Sweep {
  const [given, list, ...rest] = text.split('=');
  const name = TUNING_NAMES.find((known) => known === given);
  if (name === undefined) throw new UsageError(`--sweep knows no '${printable(given)}'${hint(given, TUNING_NAMES) || `; there are ${TUNING_NAMES.join(', ')}`}`);
  if (list === undefined || rest.length > 0) throw new UsageError(`--sweep needs a name and its values, as in --sweep ${name}=${exampleOf(name)}, not '${printable(text)}'`);
  const value = valueParser(`each value of --sweep ${name}`, name);
  return { name, values: [...new Set(list.split(',').map((part) => value(part.trim())))] };
}

function valueParser(what: string, name: TuningName): (text: string) => number | string {
  const tunable: Tunable = TUNING[name];
  return 'words' in tunable ? oneOf(what, Object.keys(tunable.words)) : integer(what, tunable.min, tunable.max);
}

function exampleOf(name: TuningName): string {
  const tunable: Tunable = TUNING[name];
  if ('words' in tunable) return Object.keys(tunable.words).join(',');
  return tunable.max < 256 ? '8,32' : '64,256';
}
