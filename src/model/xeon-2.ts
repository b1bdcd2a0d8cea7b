/** The machine on which the model was compared with measurements; see docs/explanation/model.md. */
import type { MachineModel } from './machine-model.ts';

export const XEON_2: MachineModel = {
  name: 'xeon-2',
  about: 'a virtual machine with two vCPUs of a Xeon of 2.6 GHz, by sweepgen calibrate with nothing else running',
  cores: 2,
  l1: { bytes: 48 << 10, ns: 1.7 },
  l2: { bytes: 2 << 20, ns: 4.7 },
  miss: [{ bytes: 4 << 20, ns: 30 }, { bytes: 16 << 20, ns: 134 }, { bytes: 64 << 20, ns: 178 }, { bytes: 256 << 20, ns: 201 }],
  streamNs: 4.6,
  windowNs: 90,
  storeBuffer: 64,
  lines: 13,
  mispredictNs: 8.3,
  bytesPerSecond: null,
  transferNs: 58,
  accessNs: 0.726,
  tunedAccessNs: 0.509,
  atomicLoadNs: 6.4,
  atomicStoreNs: 9.1,
  rmwNs: 10,
  rangeNs: 2.1,
  pauseNs: 6.4,
  notifyNs: 10_300,
  wakeNs: 6900,
  sleepNs: 85_800,
};
