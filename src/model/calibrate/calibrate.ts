/** Measures the machine that this process runs on. */
import { Unproven } from '../../base/fatal.ts';
import { thisHost } from '../host.ts';
import { loadModelCore } from '../load.ts';
import { checkMachine, type MachineModel } from '../machine-model.ts';
import { ACCESS_NS, MARK_POLICIES, MARK_SIZES, fitMarkLoop, sampleMark, type MarkOptions, type MarkPolicy, type MarkSample, type MarkSize } from './mark-loop.ts';
import { probeThreads, type Probes } from './probe-threads.ts';
import { measureMemory } from './memory.ts';
import { coresOf, measureLink, placesOf, topologyOf } from './places.ts';
import type { ProbeName } from './probes.ts';
import { measureSteadily } from './steady.ts';
import { readSystem, type SystemFacts } from './system.ts';

const KB = 1 << 10;
const MB = 1 << 20;
const SMALL = 32 * KB;
const MARK_RUNS = 11;
/** A size far beyond the caches. */
const FAR = 64 * MB;
/** Assumed, not measured. */
const STORE_BUFFER = 64;
/** The relative excess at which a result confirms the least: of loops over memory, and of waits for the system or another core. */
const MEMORY_SPREAD = 0.15;
const WAIT_SPREAD = 0.4;

export interface Calibration {
  readonly machine: MachineModel;
  /** Latency of a dependent load by working set, ns. */
  readonly chases: readonly { readonly bytes: number; readonly ns: number }[];
  readonly samples: readonly MarkSample[];
}

export interface CalibrateOptions extends MarkOptions {
  readonly name: string;
  /** The facts of the system, in tests. */
  readonly system?: SystemFacts;
  readonly onStep?: (what: string) => void;
  /** Replaces the worker threads and machines, in tests. */
  readonly probes?: Probes;
  readonly sample?: (machine: MachineModel, size: MarkSize, policy: MarkPolicy) => Promise<MarkSample>;
}

/**
 * Measures this machine in two to three minutes. With one core, figures that need two cores are those of a known machine.
 * @throws Unproven if figures scatter or are implausible, because other programs run; Stopped
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const { name, system = readSystem(), onStep = () => {}, probes = probeThreads(options.signal) } = options;
  try {
    const { machine, chases } = await measureMachine(name, system, probes, onStep);
    const sample = options.sample ?? (await sampler(options));
    const samples: MarkSample[] = [];
    for (const policy of MARK_POLICIES) {
      for (const size of MARK_SIZES) {
        onStep(`marking ${size.graph}, ${policy}`);
        samples.push(await sample(machine, size, policy));
      }
    }
    return { machine: checked(fitMarkLoop(machine, samples)), chases, samples };
  } finally {
    await probes.close();
  }
}

async function sampler(options: MarkOptions): Promise<NonNullable<CalibrateOptions['sample']>> {
  const core = await loadModelCore();
  return (machine, size, policy) => sampleMark(core, machine, size, policy, MARK_RUNS, options);
}

/** Returns the machine model that `scale --model` reads. */
function checked(machine: MachineModel): MachineModel {
  const problem = checkMachine(machine);
  if (typeof problem !== 'string') return problem;
  throw new Unproven(`the machine is busy: it can't be that ${problem}; nothing was written. End what else runs, and calibrate again`);
}

/** Returns all parameters but the access costs, which follow from marking. */
async function measureMachine(name: string, system: SystemFacts, probes: Probes, onStep: (what: string) => void): Promise<{ readonly machine: MachineModel; readonly chases: Calibration['chases'] }> {
  async function one(probe: ProbeName, bytes = SMALL, count?: number): Promise<number> {
    const what = `${probe}, ${bytes / KB} KB${count === undefined ? '' : `, ${count}`}`;
    onStep(what);
    const [ns] = await measureSteadily(what, async () => [await probes.one(probe, bytes, count)], probe === 'sleep' ? WAIT_SPREAD : MEMORY_SPREAD);
    return ns;
  }
  function measure(what: string, run: () => Promise<readonly number[]>): Promise<number[]> {
    onStep(what);
    return measureSteadily(what, run, WAIT_SPREAD);
  }
  const { near, far } = placesOf(system);
  function two(probe: ProbeName): Promise<number[]> {
    return measure(`${probe}, two threads`, () => probes.two(probe, SMALL, near));
  }
  const host = thisHost();
  const { machine: memory, l3, tlb, chases, farNs } = await measureMemory(system, one);
  const rmwNs = await one('rmw');
  const [trip] = await two('pingPong');
  const [wakeNs, notifyNs] = await two('wake');
  const link = far && (await measureLink(probes, far, { bytes: FAR, nearNs: farNs, rmwNs }, measure));
  const machine: MachineModel = {
    name,
    about: `${host.cpu}, ${host.cores} cores, Node ${host.node}, by sweepgen calibrate`,
    host,
    cores: coresOf(system),
    topology: { ...topologyOf(system, link), ...(l3 && { l3 }), ...(tlb && { tlb }) },
    ...memory,
    streamNs: await one('stream', 2 * FAR),
    storeBuffer: STORE_BUFFER,
    mispredictNs: await one('mispredict', 4 * MB),
    bytesPerSecond: null,
    transferNs: Math.max(0, trip - rmwNs),
    accessNs: ACCESS_NS[0],
    tunedAccessNs: ACCESS_NS[0],
    atomicLoadNs: await one('atomicLoad'),
    atomicStoreNs: await one('atomicStore'),
    rmwNs,
    rangeNs: await one('range'),
    pauseNs: await one('pause'),
    notifyNs,
    wakeNs,
    sleepNs: await one('sleep'),
  };
  // Checked first, because marking takes a minute.
  return { machine: checked(machine), chases };
}
