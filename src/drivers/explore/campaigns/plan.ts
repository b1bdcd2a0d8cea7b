/**
 * Who is explored next. Scenarios take turns; each turn of a scenario has its next setting, and
 * one turn in four is watched by monitors. A station's seeds are run one after the other; when
 * several workers are at one station, each goes along a lane of seeds of its own.
 */
import type { Knobs } from '../scenarios/scenario.ts';
import { SEEDS } from '../campaign.ts';
import { stationKey, type Station } from './slice.ts';

export interface PlanOptions {
  readonly scenarios: readonly { readonly name: string; readonly settings: readonly Knobs[] }[];
  readonly strategy: string;
  readonly mutant: string | null;
  /** Those that look on in some turns. */
  readonly monitors: readonly string[];
  /** They look on in every turn. */
  readonly always: boolean;
  /** Of every station's first execution. */
  readonly seed: number;
}

/** A place in the plan: where the next slice goes. */
export interface Turn {
  readonly station: Station;
  readonly lane: number;
  readonly seed: number;
}

/** One turn in so many has the monitors. */
const WATCHED = 4;
/** Seeds between two lanes. */
const LANE = 2 ** 27;

interface Lane {
  next: number;
  busy: boolean;
}

export class Plan {
  readonly #options: PlanOptions;
  readonly #lanes = new Map<string, Lane[]>();
  /** Turns that each scenario has had. */
  readonly #turns: number[];
  #at = 0;

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#turns = options.scenarios.map(() => 0);
  }

  /** The next turn; its lane is taken until `done`. */
  next(): Turn {
    const { scenarios, strategy, mutant } = this.#options;
    const index = this.#at++ % scenarios.length;
    const { name, settings } = scenarios[index];
    const turn = this.#turns[index]++;
    const station = { scenario: name, knobs: settings[turn % settings.length], strategy, monitors: this.#monitorsOf(turn, settings.length), mutant };
    const lanes = this.#lanesOf(station);
    let lane = lanes.findIndex(({ busy }) => !busy);
    if (lane < 0) lane = lanes.push(this.#laneAt(lanes.length)) - 1;
    lanes[lane].busy = true;
    return { station, lane, seed: lanes[lane].next };
  }

  /** So many seeds of the turn were run. */
  done({ station, lane }: Turn, executions: number): void {
    const taken = this.#lanesOf(station)[lane];
    taken.busy = false;
    taken.next = (taken.next + executions) % SEEDS;
  }

  /** So many seeds of the lane were run before, from `seed` on; the scenario has had that turn. */
  ranBefore(station: Station, lane: number, seed: number, executions: number): void {
    const lanes = this.#lanesOf(station);
    while (lanes.length <= lane) lanes.push(this.#laneAt(lanes.length));
    lanes[lane].next = (seed + executions) % SEEDS;
    const index = this.#options.scenarios.findIndex(({ name }) => name === station.scenario);
    if (index < 0) return;
    this.#turns[index]++;
    this.#at = index + 1;
  }

  /** Along the diagonal, so that each setting comes to be watched. */
  #monitorsOf(turn: number, settings: number): readonly string[] {
    const { monitors, always } = this.#options;
    const watched = always || (turn + Math.floor(turn / settings)) % WATCHED === WATCHED - 1;
    return watched ? monitors : [];
  }

  #lanesOf(station: Station): Lane[] {
    const key = stationKey(station);
    let lanes = this.#lanes.get(key);
    if (lanes === undefined) this.#lanes.set(key, (lanes = []));
    return lanes;
  }

  #laneAt(index: number): Lane {
    return { next: (this.#options.seed + index * LANE) % SEEDS, busy: false };
  }
}
