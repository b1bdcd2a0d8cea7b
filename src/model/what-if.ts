/**
 * What if a part of the cost were different? A part is one of a machine's costs, or the accesses of one function of the
 * source. Its cost is multiplied by a factor, and the mark is predicted anew: threads meet at other times, and
 * find and wait for work differently. So the answer holds for the whole, and not for the sum of the parts.
 *
 * With several threads any change of any cost, however small, gives another schedule, and schedules differ by some percent. So
 * both marks are predicted several times, with the cost of computing changed by ten-thousandths: the same changes for both.
 * A change of the median counts if a test of both samples finds it significant.
 *
 * Source: the question is that of virtual speedups (C. Curtsinger and E. Berger, "Coz: Finding Code that Counts with
 * Causal Profiling", SOSP 2015). There, other threads are slowed down instead; in virtual time a part can be made faster.
 */
import { UsageError } from '../base/fatal.ts';
import { hint } from '../base/suggest.ts';
import { printable } from '../base/printable.ts';
import type { Site } from '../rewrite/sites.ts';
import type { MachineModel } from './machine-model.ts';

/** A part and the factor of its cost: 0.5 halves it. */
export interface Change {
  readonly part: string;
  readonly factor: number;
}

interface Cost {
  /** What the cost is, for help and docs. */
  readonly about: string;
  /** The machine's parameters that make up the cost, multiplied. */
  readonly scaled: (machine: MachineModel, factor: number) => Partial<MachineModel>;
}

/** The costs of a machine that can be scaled. */
export const COSTS = {
  compute: {
    about: 'an access that hits the first cache, with the computing around it',
    // The window is in ns, and holds as many accesses as before.
    scaled: ({ accessNs, tunedAccessNs, windowNs }, by) => ({ accessNs: accessNs * by, tunedAccessNs: tunedAccessNs * by, windowNs: windowNs * by }),
  },
  caches: { about: 'a line from the second cache', scaled: ({ l2 }, by) => ({ l2: { ...l2, ns: l2.ns * by } }) },
  miss: { about: 'a line from memory, or from a cache that all cores share', scaled: ({ miss }, by) => ({ miss: miss.map(({ bytes, ns }) => ({ bytes, ns: ns * by })) }) },
  stream: { about: 'a prefetched line', scaled: ({ streamNs }, by) => ({ streamNs: streamNs * by }) },
  bandwidth: { about: 'the time that a line occupies the memory', scaled: ({ bytesPerSecond }, by) => ({ bytesPerSecond: bytesPerSecond && bytesPerSecond / by }) },
  transfer: { about: 'a line from another core', scaled: ({ transferNs }, by) => ({ transferNs: transferNs * by }) },
  cas: { about: 'a compare-exchange or an atomic addition, on a line that the core has', scaled: ({ rmwNs }, by) => ({ rmwNs: rmwNs * by }) },
  atomics: { about: 'an atomic load or store, on a line that the core has', scaled: ({ atomicLoadNs, atomicStoreNs }, by) => ({ atomicLoadNs: atomicLoadNs * by, atomicStoreNs: atomicStoreNs * by }) },
  branch: { about: 'a mispredicted branch', scaled: ({ mispredictNs }, by) => ({ mispredictNs: mispredictNs * by }) },
  spin: { about: 'a pause instruction of a spinning thread', scaled: ({ pauseNs }, by) => ({ pauseNs: pauseNs * by }) },
  wake: { about: 'waking a thread, for the waker and for the sleeper', scaled: ({ notifyNs, wakeNs }, by) => ({ notifyNs: notifyNs * by, wakeNs: wakeNs * by }) },
  sleep: { about: 'the time by which a sleep is longer than asked for', scaled: ({ sleepNs }, by) => ({ sleepNs: sleepNs * by }) },
} as const satisfies Readonly<Record<string, Cost>>;
export type CostName = keyof typeof COSTS;
export const COST_NAMES = Object.keys(COSTS) as readonly CostName[];

/** Parts that are several functions of the source. */
export const FUNCTION_PARTS = {
  handoff: {
    about: 'splitting buffers, publishing them and taking them',
    functions: ['splitWorkbuf', 'countHandoff', 'giveBuffer', 'giveEverySecond', 'giveRange', 'takeAbove', 'giveWork', 'giveFromQueue', 'lfstackpush', 'lfstackpop'],
  },
} as const satisfies Readonly<Record<string, { readonly about: string; readonly functions: readonly string[] }>>;

/** The difference in the cost of computing between two schedules, relative. */
const STEP = 1e-4;

/** Returns `machine` in `runs` variants that differ in nothing but the schedules to which they lead. */
export function withOtherSchedules(machine: MachineModel, runs: number): MachineModel[] {
  return Array.from({ length: runs }, (_, i) => ({ ...machine, ...COSTS.compute.scaled(machine, 1 + STEP * (i - (runs - 1) / 2)) }));
}

/** A machine on which a part costs more or less, and the factors of the accesses of functions. */
export interface ChangedCosts {
  readonly machine: MachineModel;
  /** By site; undefined if no function's cost changes. */
  readonly scales?: Float64Array;
}

/**
 * Returns `machine` with all `changes` made.
 * @param sites those of the model's core
 * @throws UsageError for a part that is neither a cost nor a function of the core, and for a limit that the machine lacks
 */
export function applyChanges(changes: readonly Change[], machine: MachineModel, sites: readonly Site[]): ChangedCosts {
  let changed = machine;
  let scales: Float64Array | undefined;
  for (const { part, factor } of changes) {
    if (part in COSTS) {
      if (part === 'bandwidth' && machine.bytesPerSecond === null) throw new UsageError(`${printable(machine.name)} has no limit of bandwidth; leave bandwidth out`);
      changed = { ...changed, ...(COSTS[part as CostName] as Cost).scaled(changed, factor) };
      continue;
    }
    const functions = functionsOf(part, sites);
    scales ??= new Float64Array(sites.length).fill(1);
    for (const [i, { fn }] of sites.entries()) if (functions.has(fn)) scales[i] *= factor;
  }
  return { machine: changed, scales };
}

/** Returns the names of the functions that are `part`. */
function functionsOf(part: string, sites: readonly Site[]): Set<string> {
  if (part in FUNCTION_PARTS) return new Set<string>(FUNCTION_PARTS[part as keyof typeof FUNCTION_PARTS].functions);
  const known = new Set(sites.map(({ fn }) => fn));
  if (known.has(part)) return new Set([part]);
  const parts = [...COST_NAMES, ...Object.keys(FUNCTION_PARTS)];
  throw new UsageError(`--what-if knows no '${printable(part)}'${hint(part, [...parts, ...known]) || `; there are ${parts.join(', ')}, and the functions of the mark phase`}`);
}
