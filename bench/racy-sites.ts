/** The racy accesses of the core, and a monitor that counts the executions that reach each of them. */
import type { Monitor } from '../src/explore/monitor.ts';
import type { Control } from '../src/rewrite/generated.ts';
import { ACCESS, type Site } from '../src/rewrite/sites.ts';

/** A call of a function of sync/racy.ts. */
export interface RacySite {
  /** Unique, and the same after changes elsewhere in the file: it has no line number. */
  readonly key: string;
  /** Number of the call's site. */
  readonly site: number;
}

/** Executions that reached a racy access, and those in which it loaded an older value. */
export interface Reached {
  readonly executions: number;
  readonly older: number;
}

const RACY = /^racy(Load|Store)(Byte)?\(/;
const FUNCTIONS = 'src/sync/racy.ts';
/** Scenarios have racy accesses of their own, which are no part of the core. */
const SCENARIOS = 'src/explore/';

/** Returns the racy accesses of the core, in the order of their sites. */
export function racySites(sites: readonly Site[]): RacySite[] {
  const times = new Map<string, number>();
  return sites.flatMap(({ kind, file, fn, text }, site) => {
    if (kind !== 'call' || !RACY.test(text) || file.startsWith(SCENARIOS)) return [];
    // The bundler numbers names that several files have.
    const name = `${file} ${fn}: ${text.replaceAll(/\$\d+/g, '')}`;
    const nth = (times.get(name) ?? 0) + 1;
    times.set(name, nth);
    return [{ key: nth === 1 ? name : `${name} (${nth})`, site }];
  });
}

/** Counts, for each racy access, the executions that reach it. Needs the hooked variant of the core. */
export class RacyCounter implements Monitor {
  readonly #stack: () => readonly number[];
  /** By site: 1 for the accesses within sync/racy.ts. */
  readonly #isRacy: Uint8Array;
  readonly #executions: Float64Array;
  readonly #older: Float64Array;
  /** By site: number of the last execution that reached it, and that loaded an older value there. */
  readonly #lastReached: Float64Array;
  readonly #lastOlder: Float64Array;
  #number = 0;

  constructor(core: Pick<Control, '$stack'>, sites: readonly Site[]) {
    this.#stack = core.$stack;
    this.#isRacy = Uint8Array.from(sites, ({ file }) => Number(file === FUNCTIONS));
    const zeros = () => new Float64Array(sites.length);
    [this.#executions, this.#older, this.#lastReached, this.#lastOlder] = [zeros(), zeros(), zeros(), zeros()];
  }

  begin(): void {
    this.#number++;
  }

  /** Counts from 0 again. */
  clear(): void {
    this.#executions.fill(0);
    this.#older.fill(0);
  }

  /** @param newest for a load, the newest value of the word */
  access(_thread: number, site: number, kind: number, _index: number, value: number, newest: number): void {
    if (this.#isRacy[site] === 0) return;
    const caller = this.#stack().at(-1);
    if (caller === undefined) return;
    if (this.#lastReached[caller] !== this.#number) {
      this.#lastReached[caller] = this.#number;
      this.#executions[caller]++;
    }
    const isLoad = kind === ACCESS.load || kind === ACCESS.byteLoad;
    if (!isLoad || value === newest || this.#lastOlder[caller] === this.#number) return;
    this.#lastOlder[caller] = this.#number;
    this.#older[caller]++;
  }

  of({ site }: RacySite): Reached {
    return { executions: this.#executions[site], older: this.#older[site] };
  }
}
