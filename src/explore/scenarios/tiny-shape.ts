/** The shape of explored machines: everything is so small that it soon fills up and is reused. */
import type { MachineShape } from '../../memory/map.ts';
import { TYPES } from '../../memory/config.ts';
import { COLLECTOR } from '../../gc/collectors/registry.ts';
import { ASSISTS } from '../../gc/pacer/record.ts';
import { POLICY } from '../../gc/policy.ts';

const TINY: MachineShape = {
  ptrWords: 2,
  procs: 2,
  arenaPages: 24,
  osHoles: [],
  maxGs: 8,
  stackWords: 64,
  stackMinWords: 64,
  stackCacheWords: 2048,
  dataWords: 32,
  bssWords: 32,
  persistentWords: 4096,
  cycleLogCap: 1,
  maxWorkbufs: 24,
  workbufCap: 4,
  ptrBufCap: 2,
  handoffThreshold: 1,
  chunkPages: 8,
  abaBits: 8,
  verify: true,
  // With gctrace the log of cycles would have to be read.
  gctrace: false,
  timeslice: 4,
  policy: POLICY['go1.3'],
  gcEvery: 0,
  typeWords: 0,
  types: TYPES.none,
  collector: COLLECTOR.parallel,
  // Assists of so small a machine would do all the work of a mark before a worker runs.
  assists: ASSISTS.off,
  debug: 0,
  memprofileRate: 0,
  seed: 1,
};

/** Returns the smallest shape with `changes`. */
export function tinyShape(changes: Partial<MachineShape>): MachineShape {
  return { ...TINY, ...changes };
}
