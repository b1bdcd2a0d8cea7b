/** Shapes of the machines that the tests of the core run. */
import type { MachineShape } from '../../src/memory/map.ts';
import { TYPES } from '../../src/memory/config.ts';
import { COLLECTOR, COLLECTORS as REGISTERED, type CollectorName } from '../../src/gc/collectors/registry.ts';
import { POLICY } from '../../src/gc/policy.ts';

/** The mark loops, for describe.each. */
export const POLICIES = Object.entries(POLICY).map(([name, policy]) => ({ name, policy }));

/** These, and the collectors that have a mark loop of their own, for describe.each. */
export const COLLECTORS = [
  ...POLICIES.map(({ name, policy }) => ({ name: `policy ${name}`, policy, collector: COLLECTOR.parallel })),
  ...REGISTERED.filter(({ takesPolicy }) => !takesPolicy).map(({ name }) => ({ name: `collector ${name}`, policy: POLICY['go1.3'], collector: COLLECTOR[name as CollectorName] })),
];

/** A small machine of one P with Go's own buffer sizes, changed as asked. */
export function coreShape(changes: Partial<MachineShape> = {}): MachineShape {
  return {
    ptrWords: 2,
    procs: 1,
    arenaPages: 16 * 128,
    osHoles: [],
    maxGs: 64,
    stackWords: 1024,
    stackMinWords: 512,
    stackCacheWords: 8192,
    dataWords: 64,
    bssWords: 512,
    persistentWords: 1 << 18,
    cycleLogCap: 1 << 12,
    maxWorkbufs: 1024,
    workbufCap: 1364,
    ptrBufCap: 64,
    handoffThreshold: 4,
    chunkPages: 128,
    abaBits: 16,
    verify: false,
    gctrace: true,
    timeslice: 100,
    gcEvery: 0,
    typeWords: 0,
    types: TYPES.none,
    collector: COLLECTOR.parallel,
    debug: 0,
    memprofileRate: 0,
    policy: POLICY['go1.3'],
    seed: 1,
    ...changes,
  };
}
