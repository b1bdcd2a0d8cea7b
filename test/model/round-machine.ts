/** A machine of round numbers, so that the parts of a cost are visible. Its window holds one access. */
import type { MachineModel } from '../../src/model/machine-model.ts';

export const ROUND: MachineModel = {
  name: 'round',
  about: 'made up',
  cores: 4,
  l1: { bytes: 32 << 10, ns: 0 },
  l2: { bytes: 1 << 20, ns: 4 },
  miss: [{ bytes: 1 << 20, ns: 40 }, { bytes: 16 << 20, ns: 80 }],
  streamNs: 8,
  windowNs: 1,
  storeBuffer: 1,
  lines: 1,
  mispredictNs: 0,
  bytesPerSecond: null,
  transferNs: 100,
  accessNs: 1,
  tunedAccessNs: 1,
  atomicLoadNs: 2,
  atomicStoreNs: 3,
  rmwNs: 10,
  rangeNs: 2,
  pauseNs: 5,
  notifyNs: 1000,
  wakeNs: 5000,
  sleepNs: 50_000,
};
