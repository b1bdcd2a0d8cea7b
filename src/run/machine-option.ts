/** What an entry of the tables of a machine's options is made of. */
import type { OptionWord } from '../memory/config.ts';
import type { Kind, TextKind } from './kinds.ts';

/** An option of the library alone. */
export interface LibraryOption<T> {
  readonly kind: Kind<T> | (Kind<T> & Pick<TextKind<T>, 'wordOf'>);
  /** The word of the machine's memory that it sets, by the kind's `wordOf`. */
  readonly word?: OptionWord;
}

/** An option of the library that is a flag of the command line, too. */
export interface MachineOption<T> {
  /** A kind without `parse` is of a flag that takes no value. */
  readonly kind: Kind<T> | TextKind<T>;
  /** As commander takes it: `--procs <n>`. */
  readonly flag: string;
  /** What `sweepgen run --help` says of it. */
  readonly help: string;
  /** The flag's default, where help shows it and it isn't left to the machine. */
  readonly default?: NoInfer<T>;
  /** The word of the machine's memory that holds it, by the kind's `wordOf`. */
  readonly word?: OptionWord;
}

/** Returns `option`, with the type of its value. */
export function machine<T>(option: MachineOption<T>): MachineOption<T> {
  return option;
}

/** Returns an option of the library alone. */
export function library<T>(kind: LibraryOption<T>['kind'], word?: OptionWord): LibraryOption<T> {
  return { kind, word };
}
