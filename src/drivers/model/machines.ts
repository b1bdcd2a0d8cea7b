/** Machines that are known by name. */
import type { MachineModel } from './machine-model.ts';

export const MACHINES: readonly MachineModel[] = [
  {
    name: 'xeon-2',
    about: 'a virtual machine with two vCPUs of a Xeon of 2.6 GHz, measured by sweepgen calibrate',
    cores: 2,
    l1: { bytes: 48 << 10 },
    l2: { bytes: 2 << 20, ns: 0 },
    miss: [{ bytes: 4 << 20, ns: 30 }, { bytes: 16 << 20, ns: 60 }, { bytes: 64 << 20, ns: 90 }, { bytes: 256 << 20, ns: 120 }],
    exposed: 0.5,
    streamNs: 30,
    stored: 0.2,
    bytesPerSecond: null,
    transferNs: 60,
    accessNs: 0.5,
    atomicLoadNs: 5,
    atomicStoreNs: 10,
    rmwNs: 14,
    rangeNs: 2,
    pauseNs: 5,
    notifyNs: 2000,
    wakeNs: 5000,
    sleepNs: 60_000,
  },
];
