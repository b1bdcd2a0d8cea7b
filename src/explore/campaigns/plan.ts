/**
 * Decides which station is explored next.
 *
 * 1. Scenarios alternate in a fixed order. If the campaign reports what its slices found (`learn`), a scenario that still
 *    shows new edges or interleavings gets up to MOST turns for each turn of a scenario that does not. Turns are given
 *    by stride scheduling: each scenario counts its turns, each divided by its weight then, and the least count is next.
 * 2. Each turn of a scenario takes its next setting, under each memory model of the campaign in turn.
 * 3. One turn in four is watched by the monitors. Over time each setting gets a watched turn under each model.
 * 4. The seeds of a station are run in sequence. If several workers are at one station, each takes seeds from
 *    a lane of its own.
 *
 * Invariant: the seeds of a lane are run in sequence, each once.
 *
 * Source of 1: Waldspurger and Weihl, "Stride scheduling: deterministic proportional-share resource management", 1995.
 */
import type { Knobs } from '../scenarios/scenario.ts';
import { SEEDS } from '../session.ts';
import type { Memory } from '../weak/memory.ts';
import { stationKey, type Station } from './slice.ts';

/** A scenario to plan. */
interface Planned {
  readonly name: string;
  readonly settings: readonly Knobs[];
  /** Monitors watch it only if they watch every turn: its races may be intended. */
  readonly isOrdinary?: boolean;
}

export interface PlanOptions {
  readonly scenarios: readonly Planned[];
  readonly strategy: string;
  readonly mutant: string | null;
  /** The memory models; 'sc' alone by default. */
  readonly memories?: readonly Memory[];
  /** Monitors that watch some turns. */
  readonly monitors: readonly string[];
  /** The monitors watch every turn. */
  readonly always: boolean;
  /** Seed of every station's first execution. */
  readonly seed: number;
}

/** The place of the next slice. */
export interface Turn {
  readonly station: Station;
  readonly lane: number;
  readonly seed: number;
}

/** A setting under a memory model. */
interface Place {
  readonly knobs: Knobs;
  readonly memory: Memory;
}

/** A scenario, and its progress through its settings. */
interface Entry {
  readonly name: string;
  readonly isOrdinary: boolean;
  /** Settings and models whose search is not over. */
  places: readonly Place[];
  /** Turns so far. */
  turns: number;
  /** Turns so far, each divided by the weight that the scenario had then. */
  count: number;
  /** From 1, if its last slice found nothing new, to MOST. */
  weight: number;
}

/** Turns of a scenario whose executions are all new, for each turn of a scenario that shows nothing new. */
const MOST = 4;

/** One turn in `WATCHED` is watched by monitors. */
const WATCHED = 4;
/** Distance in seeds between two lanes. */
const LANE = 2 ** 27;

interface Lane {
  next: number;
  busy: boolean;
}

export class Plan {
  readonly #options: PlanOptions;
  readonly #lanes = new Map<string, Lane[]>();
  readonly #entries: readonly Entry[];

  constructor(options: PlanOptions) {
    const { scenarios, memories = ['sc'] } = options;
    this.#options = options;
    this.#entries = scenarios.map(({ name, settings, isOrdinary = false }) => {
      const places = settings.flatMap((knobs) => memories.map((memory) => ({ knobs, memory })));
      return { name, isOrdinary, places, turns: 0, count: 0, weight: MOST };
    });
  }

  /** All searches are over. */
  get isExhausted(): boolean {
    return this.#entries.every(({ places }) => places.length === 0);
  }

  /** Returns the next turn, whose lane is busy until `done`; null if nothing is left to search. */
  next(): Turn | null {
    if (this.isExhausted) return null;
    const entry = this.#entries.filter(({ places }) => places.length > 0).reduce((least, each) => (each.count < least.count ? each : least));
    const station = this.#stationOf(entry, this.#take(entry));
    const lanes = this.#lanesOf(station);
    let lane = lanes.findIndex(({ busy }) => !busy);
    if (lane < 0) lane = lanes.push(this.#laneAt(lanes.length)) - 1;
    lanes[lane].busy = true;
    return { station, lane, seed: lanes[lane].next };
  }

  /** Ends a turn after `executions` seeds. If `exhausted`, the search of its setting is over. */
  done({ station, lane }: Turn, executions: number, exhausted: boolean): void {
    const taken = this.#lanesOf(station)[lane];
    taken.busy = false;
    taken.next = (taken.next + executions) % SEEDS;
    if (exhausted) this.#drop(station);
  }

  /** Ends the search of the setting of `station`: its strategy has nothing left. */
  exhausted(station: Station): void {
    this.#drop(station);
  }

  /** Replays `next` and `done` of a former campaign. */
  ranBefore({ station, lane, seed }: Turn, executions: number, exhausted: boolean): void {
    const lanes = this.#lanesOf(station);
    while (lanes.length <= lane) lanes.push(this.#laneAt(lanes.length));
    lanes[lane].next = (seed + executions) % SEEDS;
    if (exhausted) this.#drop(station);
    const entry = this.#entries.find(({ name }) => name === station.scenario);
    if (entry !== undefined) this.#take(entry);
  }

  /**
   * Notes how new the last slice of a scenario was, which decides how many turns it gets.
   * @param novelty from 0, nothing was new, to 1; see Tally.add
   */
  learn(scenario: string, novelty: number): void {
    const entry = this.#entries.find(({ name }) => name === scenario);
    if (entry !== undefined) entry.weight = 1 + (MOST - 1) * novelty;
  }

  /** Counts a turn of a scenario. Returns its number. */
  #take(entry: Entry): number {
    entry.count += 1 / entry.weight;
    return entry.turns++;
  }

  #stationOf(entry: Entry, turn: number): Station {
    const { strategy, mutant } = this.#options;
    const { name, places } = entry;
    const { knobs, memory } = places[turn % places.length];
    return { scenario: name, knobs, strategy, monitors: this.#monitorsOf(entry, turn), mutant, ...(memory !== 'sc' && { memory }) };
  }

  #drop({ scenario, knobs, memory = 'sc' }: Station): void {
    const entry = this.#entries.find(({ name }) => name === scenario);
    if (entry !== undefined) entry.places = entry.places.filter((each) => each.memory !== memory || Object.keys(each.knobs).some((name) => each.knobs[name] !== knobs[name]));
  }

  /** Watches along the diagonal of scenarios and turns: each place gets its turn, and each round has a watched scenario. */
  #monitorsOf(entry: Entry, turn: number): readonly string[] {
    const { monitors, always } = this.#options;
    const places = entry.places.length;
    const isDue = (this.#entries.indexOf(entry) + (turn % places) + Math.floor(turn / places)) % WATCHED === WATCHED - 1;
    const watched = always || (isDue && !entry.isOrdinary);
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
