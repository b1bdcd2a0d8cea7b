/** Measures the machine that this process runs on. */
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import { ROOT } from '../../explore/load.ts';
import { loadModelCore } from '../load.ts';
import type { MachineModel } from '../machine-model.ts';
import { ACCESS_NS, MARK_POLICIES, MARK_SIZES, fitMarkLoop, sampleMark, type MarkSample } from './mark-loop.ts';
import type { ProbeName, ProbeTask } from './probes.ts';

const WORKER = join(ROOT, 'dist/workers/calibrate.js');
const KB = 1 << 10;
const MB = 1 << 20;
const SMALL = 32 * KB;
/** From what fits into the first cache to what fits into none. */
const CHASES = [32 * KB, 256 * KB, MB, 4 * MB, 16 * MB, 64 * MB, 256 * MB];
/** Sizes from which on a chase tells what a miss of both own caches takes. */
const BEYOND = 4 * MB;
const MARK_RUNS = 11;
const L1_BYTES = 48 * KB;
const L2_BYTES = 2 * MB;
/** Far beyond the caches: where lines that are waited for together are counted. */
const FAR = 64 * MB;
/** Assumed: a reorder buffer of some five hundred instructions, at two a cycle or so; and its store buffer. */
const WINDOW_NS = 90;
const STORE_BUFFER = 64;

export interface Calibration {
  readonly machine: MachineModel;
  /** Nanoseconds of a dependent load by the bytes it goes about in. */
  readonly chases: readonly { readonly bytes: number; readonly ns: number }[];
  readonly samples: readonly MarkSample[];
}

export interface CalibrateOptions {
  readonly name: string;
  readonly onStep?: (what: string) => void;
}

/** Takes about two minutes. On a machine with one core what needs two is taken to be as elsewhere. */
export async function calibrate({ name, onStep = () => {} }: CalibrateOptions): Promise<Calibration> {
  const pool = new Piscina<ProbeTask, number>({ filename: WORKER, minThreads: 2, maxThreads: 2, concurrentTasksPerWorker: 1, idleTimeout: Infinity, trackUnmanagedFds: false });
  const one = (probe: ProbeName, bytes = SMALL) => {
    onStep(`${probe}, ${bytes / KB} KB`);
    return pool.run({ probe, memory: new SharedArrayBuffer(bytes), side: 0 });
  };
  const two = (probe: ProbeName) => {
    onStep(`${probe}, two threads`);
    const memory = new SharedArrayBuffer(SMALL);
    return Promise.all([pool.run({ probe, memory, side: 0 }), pool.run({ probe, memory, side: 1 })]);
  };
  try {
    const chases: { bytes: number; ns: number }[] = [];
    for (const bytes of CHASES) chases.push({ bytes, ns: await one('chase', bytes) });
    const chaseOf = (bytes: number) => chases.find((each) => each.bytes === bytes)!.ns;
    const scattered = (await one('scatter', FAR)) - (await one('scatter'));
    const rmwNs = await one('rmw');
    const [trip] = await two('pingPong');
    const [wakeNs, notifyNs] = await two('wake');
    const machine: MachineModel = {
      name,
      about: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.versions.node}, by sweepgen calibrate`,
      cores: availableParallelism(),
      l1: { bytes: L1_BYTES, ns: chaseOf(SMALL) },
      l2: { bytes: L2_BYTES, ns: Math.max(0, chaseOf(MB) - chaseOf(SMALL)) },
      miss: chases.filter(({ bytes }) => bytes >= BEYOND),
      streamNs: await one('stream', 2 * FAR),
      windowNs: WINDOW_NS,
      storeBuffer: STORE_BUFFER,
      lines: Math.max(1, Math.round(chaseOf(FAR) / Math.max(1, scattered))),
      mispredictNs: await one('mispredict', 4 * MB),
      bytesPerSecond: null,
      transferNs: Math.max(0, trip - rmwNs),
      accessNs: ACCESS_NS[0],
      tunedAccessNs: ACCESS_NS[0],
      atomicLoadNs: await one('atomicLoad'),
      atomicStoreNs: await one('atomicStore'),
      rmwNs,
      rangeNs: await one('range'),
      pauseNs: await one('atomicLoad'),
      notifyNs,
      wakeNs,
      sleepNs: await one('sleep'),
    };
    const core = await loadModelCore();
    const samples: MarkSample[] = [];
    for (const policy of MARK_POLICIES) {
      for (const size of MARK_SIZES) {
        onStep(`marking ${size.graph}, ${policy}`);
        samples.push(await sampleMark(core, machine, size, policy, MARK_RUNS));
      }
    }
    return { machine: fitMarkLoop(machine, samples), chases, samples };
  } finally {
    await pool.destroy();
  }
}
