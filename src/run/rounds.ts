/** The rounds of a stress run: each is drawn from the seed and its number alone. */
import { seedState, xorshift32 } from '../base/random.ts';
import { collectorNamed } from '../gc/collectors/registry.ts';
import { POLICY } from '../gc/policy.ts';
import { TUNING, type MachineTuning, type Policy } from './tuning.ts';
import type { MachineOptions } from './machine-options.ts';
import type { Param, Params, WorkloadFacts } from '../workloads/workload.ts';

/** The settings that repeat a round. */
export interface Round {
  readonly workload: string;
  readonly seed: number;
  readonly procs: number;
  readonly gogc: number | 'off';
  readonly policy: Policy;
  /** Parameters of the lab mark loop. */
  readonly tuning: MachineTuning;
  readonly goarch: NonNullable<MachineOptions['goarch']>;
  /** Mean steps between forced collections; 0: none. */
  readonly gcEvery: number;
  readonly params: Params;
  /** The collector and its options, if they were chosen. */
  readonly collector?: CollectorOptions;
}

/** Machine options that choose a collector, by their names in the library. */
export type CollectorOptions = MachineOptions & Required<Pick<MachineOptions, 'collector'>>;

/** The values that a round is drawn from. */
export interface Choices {
  readonly workloads: readonly { readonly spec: string; readonly workload: WorkloadFacts }[];
  readonly maxProcs: number;
  /** Undefined: the default collector. */
  readonly collector?: CollectorOptions;
}

/** Mostly low: only a collection can find a failure. */
const GOGC: readonly (number | 'off')[] = [1, 1, 5, 20, 50, 100, 200, 'off'];

const POLICIES = Object.keys(POLICY) as Policy[];

const GC_EVERY: readonly number[] = [0, 0, 3, 30, 300];

/** Draws the round with that number. The result depends on the arguments alone. */
export function drawRound(seed: number, number: number, { workloads, maxProcs, collector }: Choices): Round {
  const draw = drawer(seedState(seed) ^ Math.imul(number + 1, 0x9e3779b9));
  const { spec, workload } = workloads[draw(workloads.length)];
  const round = {
    workload: spec,
    procs: 1 + draw(maxProcs),
    gogc: GOGC[draw(GOGC.length)],
    seed: 1 + draw(2 ** 31 - 1),
    policy: POLICIES[draw(POLICIES.length)],
    gcEvery: GC_EVERY[draw(GC_EVERY.length)],
    params: drawParams(workload.params, draw),
  };
  // Drawn in any case, so that the rest of the round does not depend on the collector.
  if (collector !== undefined && !collectorNamed(collector.collector).takesPolicy) round.policy = 'go1.3';
  // Only the mark loop of Go 1.3 supports the 32-bit machine.
  const goarch = round.policy === 'go1.3' && draw(2) === 0 ? '386' : 'amd64';
  return { ...round, goarch, tuning: round.policy === 'lab' ? drawMeans(draw) : {}, ...(collector && { collector }) };
}

const SPLITS: readonly number[] = [0, 1, 16, 1024];
const DISTANCES: readonly number[] = [0, 1, 8, TUNING.prefetch.max];

function drawMeans(draw: Draw): MachineTuning {
  return {
    mark: draw(2) === 0 ? 'cas' : 'byte',
    order: draw(2) === 0 ? 'lifo' : 'fifo',
    direction: draw(2) === 0 ? 'forwards' : 'backwards',
    split: SPLITS[draw(SPLITS.length)],
    prefetch: DISTANCES[draw(DISTANCES.length)],
  };
}

/** Draws a whole number from 0 to below its argument. */
type Draw = (below: number) => number;

function drawer(seed: number): Draw {
  let state = seedState(seed);
  return (below) => {
    state = xorshift32(state);
    return Math.floor((state / 2 ** 32) * below);
  };
}

function drawParams(params: WorkloadFacts['params'], draw: Draw): Params {
  const drawn: Record<string, number> = {};
  for (const [name, param] of Object.entries(params)) drawn[name] = drawParam(param, draw);
  return drawn;
}

/** A param with fewer values is a switch, and all its values are drawn. */
const FEW = 4;
/** Least bound of a drawn param: the default number of threads is 1, but a round should have several. */
const SOME = 8;

/** Draws a param up to its default, so that a round stays short, with uniformly distributed logarithms. */
function drawParam({ default: usual, min, max }: Param, draw: Draw): number {
  if (max - min < FEW) return min + draw(max - min + 1);
  const range = Math.min(max, Math.max(usual, SOME)) - min + 1;
  return min - 1 + Math.min(range, Math.floor((range + 1) ** (draw(2 ** 20) / 2 ** 20)));
}
