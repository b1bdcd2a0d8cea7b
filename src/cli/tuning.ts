/** Flags for what of the mark can be tried out, and the sweep over one of them. */
import type { Command } from 'commander';
import { UsageError } from '../base/fatal.ts';
import { TUNING, type MachineTuning } from '../drivers/shape.ts';
import { integer } from './options.ts';
import { hint } from './suggest.ts';

export type TuningName = keyof typeof TUNING;
export const TUNING_NAMES = Object.keys(TUNING) as TuningName[];

/** Adds `--workbuf <n>` and the like. */
export function addTuning(command: Command): Command {
  for (const name of TUNING_NAMES) {
    const { min, max, normal, help } = TUNING[name];
    command.option(`--${name} <n>`, `${help} (default: ${normal})`, integer(`--${name}`, min, max));
  }
  return command.option('--sweep <name=list>', `measure with each value of one of these in turn, as --sweep workbuf=64,256,1024`, parseSweep);
}

/** Of all flags, those that were given of these. */
export function tuningOf(flags: MachineTuning): MachineTuning {
  return Object.fromEntries(TUNING_NAMES.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
}

export interface Sweep {
  readonly name: TuningName;
  readonly values: readonly number[];
}

/** "workbuf=64,256" → its values in that order, each once. */
export function parseSweep(text: string): Sweep {
  const [given, list, ...rest] = text.split('=');
  const name = TUNING_NAMES.find((known) => known === given);
  if (name === undefined) throw new UsageError(`--sweep knows no '${given}'${hint(given, TUNING_NAMES) || `; there are ${TUNING_NAMES.join(', ')}`}`);
  if (list === undefined || rest.length > 0) throw new UsageError(`--sweep needs a name and its values, as in --sweep ${name}=64,256, not '${text}'`);
  const { min, max } = TUNING[name];
  const value = integer(`each value of --sweep ${name}`, min, max);
  return { name, values: [...new Set(list.split(',').map((part) => value(part.trim())))] };
}
