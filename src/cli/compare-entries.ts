/** The collectors that `compare` runs: a name, and options of this collector alone, as `concurrent:barrier=hybrid:stacks=once`. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { hint } from '../base/suggest.ts';
import { COLLECTOR, COLLECTORS, type CollectorName } from '../gc/collectors/registry.ts';
import type { MachineOption } from '../run/machine-option.ts';
import { FLAG_NAMES, MACHINE_OPTIONS, type FlagName, type MachineOptions } from '../run/machine-options.ts';

/** A collector with its options. */
export interface CompareEntry {
  /** As it was given. */
  readonly label: string;
  readonly collector: CollectorName;
  readonly options: MachineOptions;
}

/** Options of a machine that say nothing of a collector, or would spoil a measurement. */
const LEFT_OUT: ReadonlySet<FlagName> = new Set<FlagName>(['heapdump', 'collector', 'verify', 'gctrace', 'timeScale', 'memprofileRate', 'debug', 'osHoles', 'gcEvery']);

/** The options of a machine that `compare` takes, for all collectors or for one. */
export const COMPARED_FLAGS: readonly FlagName[] = FLAG_NAMES.filter((name) => !LEFT_OUT.has(name));

/** Returns the flag's name without dashes: `memory-limit`. */
function wordOf(name: FlagName): string {
  return /^--([\w-]+)/.exec(MACHINE_OPTIONS[name].flag)![1];
}

/**
 * Parses the list of --collectors, in order. An entry that is given twice counts once.
 * @throws UsageError for an unknown collector or option, and for a value that an option can't have
 */
export function parseEntries(text: string): readonly CompareEntry[] {
  return [...new Set(text.split(','))].map(parseEntry);
}

function parseEntry(label: string): CompareEntry {
  const [name, ...settings] = label.split(':');
  if (!Object.hasOwn(COLLECTOR, name)) {
    const known = COLLECTORS.map((each) => each.name);
    throw new UsageError(`--collectors knows no '${printable(name)}'${hint(name, known) || `; there are ${known.join(', ')}`}`);
  }
  return { label, collector: name as CollectorName, options: Object.fromEntries(settings.map((setting) => parseSetting(setting, label))) };
}

function parseSetting(setting: string, label: string): [FlagName, unknown] {
  const [word, ...values] = setting.split('=');
  const found = COMPARED_FLAGS.find((flag) => wordOf(flag) === word);
  const words = COMPARED_FLAGS.map(wordOf);
  if (found === undefined) throw new UsageError(`'${printable(label)}' of --collectors has an unknown option '${printable(word)}'${hint(word, words) || `; there are ${words.join(', ')}`}`);
  const { kind } = MACHINE_OPTIONS[found] as MachineOption<unknown>;
  if (!('parse' in kind)) return [found, true];
  return [found, kind.parse(values.join('='), `${word} in '${printable(label)}' of --collectors`)];
}
