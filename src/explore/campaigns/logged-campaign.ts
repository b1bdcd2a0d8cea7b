/** A campaign as its log shows it: counts, course, failures and hosts. While the campaign runs, later lines can be added. */
import { possibleByScenario, possibleInAny } from '../possible-edges.ts';
import { SCENARIOS } from '../scenarios/catalog.ts';
import { History } from './history.ts';
import type { Header } from './log.ts';
import type { Findings, LogReader } from './read-log.ts';
import { countSlice } from './take-up.ts';
import { Tally } from './tally.ts';

/** The work of a host for a campaign. */
export interface HostTally {
  slices: number;
  executions: number;
}

/** Lines between two calls of `onProgress`. */
const OFTEN = 20_000;

export class LoggedCampaign {
  readonly tally: Tally;
  readonly history = new History();
  /** By the host's name. Slices of a campaign without a queue have no host. */
  readonly hosts = new Map<string, HostTally>();
  /** The most lanes of a station: as many of its slices ran side by side. */
  lanes = 0;
  /** Slices without a result: their worker died, or they were set aside. */
  lost = 0;
  readonly #reader: LogReader;
  /** Parts of the campaign whose passes are counted. */
  #parts = 0;

  /** @param reach the edges that each scenario could pass; without it, the campaign could pass every edge */
  constructor(reader: LogReader, reach?: Reach) {
    this.#reader = reader;
    this.tally = new Tally(reader.header.scenarios, reach && possibleInAny(reach));
  }

  get findings(): Findings {
    return this.#reader;
  }

  /**
   * Reads what was appended to the log since the last time, or from its beginning.
   * @param onProgress called from time to time with the number of lines that were read
   * @throws UsageError if the log is broken
   */
  update(onProgress: (lines: number) => void = () => {}): void {
    let lines = 0;
    for (const line of this.#reader.lines()) {
      if (++lines % OFTEN === 0) onProgress(lines);
      if (line.type === 'lost') this.lost++;
      if (line.type !== 'slice') continue;
      countSlice(line, this);
      this.lanes = Math.max(this.lanes, line.lane + 1);
      if (line.host !== undefined) this.#countHost(line.host, line.executions);
    }
    for (const failure of this.#reader.failures) {
      this.tally.addFailure(failure);
      // It may have been shrunk since.
      this.tally.replaceFailure(failure);
    }
    for (const { passes } of this.#reader.parts.slice(this.#parts)) if (passes !== undefined) this.history.addLoggedPasses(passes);
    this.#parts = this.#reader.parts.length;
  }

  #countHost(name: string, executions: number): void {
    let host = this.hosts.get(name);
    if (host === undefined) this.hosts.set(name, (host = { slices: 0, executions: 0 }));
    host.slices++;
    host.executions += executions;
  }
}

/** The edges that a scenario could pass, by its name and the edges' numbers; see possible-edges.ts. */
export type Reach = ReadonlyMap<string, Uint8Array>;

/** Returns what the scenarios of a log could pass. Leaves out scenarios of a user's module, which would have to run, and scenarios without the given settings. */
export function reachOf({ scenarios, set }: Pick<Header, 'scenarios' | 'set'>): Promise<Reach> {
  const known = SCENARIOS.filter(({ name, knobs }) => scenarios.includes(name) && knobs.every((knob) => !Object.hasOwn(set, knob.name) || knob.values.includes(set[knob.name])));
  return possibleByScenario(known.map(({ name }) => name), set);
}
