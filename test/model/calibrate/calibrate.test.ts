/** The output of calibrate is valid input of scale --model. */
import { describe, expect, it } from 'vitest';
import { Stopped } from '../../../src/run/errors.ts';
import { calibrate, type CalibrateOptions } from '../../../src/model/calibrate/calibrate.ts';
import { probeThreads, type Probes } from '../../../src/model/calibrate/probe-threads.ts';
import type { ProbeName } from '../../../src/model/calibrate/probes.ts';
import type { SystemFacts } from '../../../src/model/calibrate/system.ts';
import { checkMachine } from '../../../src/model/machine-model.ts';

/** A processor of the second socket. */
const FAR_CPU = 4;
const PLAIN: SystemFacts = { sockets: [[[0], [1]]], l1Bytes: undefined, l2Bytes: undefined };
/** Two sockets of two cores with two hyper-threads, and small caches. */
const LARGE: SystemFacts = { sockets: [[[0, 2], [1, 3]], [[FAR_CPU, 6], [5, 7]]], l1Bytes: 32 << 10, l2Bytes: 256 << 10 };

/** Returns the probes of a quiet machine with the figures `changes`. */
function quiet(changes: Partial<Record<ProbeName, number | readonly number[]>> = {}) {
  const figures: Record<ProbeName, number | readonly number[]> = {
    chase: 5, stream: 4, scatter: 14, mispredict: 8, range: 2, atomicLoad: 6, atomicStore: 9, rmw: 10, pingPong: [68, 69], wake: [7000, 10_000], sleep: 80_000,
    pages: 0, scatterPages: 1, streams: 100, scatterRmw: 200, window: 30, pause: 29, ...changes,
  };
  const state = { closed: 0 };
  const probes: Probes = {
    one: async (probe, bytes) => (figures[probe] as number) * (probe === 'chase' ? Math.log2(bytes / 1024) : 1) * (probe === 'scatter' && bytes < 1 << 20 ? 0.1 : 1),
    two: async (probe, _bytes, cpus) => (figures[probe] as readonly number[]).map((ns) => (cpus?.includes(FAR_CPU) ? 3 * ns : ns)),
    chaseMemoryOf: async () => 125,
    close: async () => void state.closed++,
  };
  // A loop whose accesses take 0.6 ns.
  const sample: CalibrateOptions['sample'] = async (_machine, size, policy) => ({ ...size, policy, measuredNs: 600, predictedNs: [200, 400, 800] });
  return { state, options: { name: 'quiet', probes, sample, system: PLAIN } };
}

describe('calibrate', () => {
  it('returns a quiet machine with its host', async () => {
    const { options, state } = quiet();
    const { machine } = await calibrate(options);
    expect(checkMachine(machine)).toEqual(machine);
    expect(machine).toMatchObject({ name: 'quiet', transferNs: 58, rmwNs: 10, wakeNs: 7000, notifyNs: 10_000, pauseNs: 29, host: { node: process.versions.node } });
    expect(machine.accessNs).toBeCloseTo(0.6, 6);
    expect(state.closed).toBe(1);
  });

  it('takes sizes and places from the system, and measures the link between two sockets', async () => {
    const { machine } = await calibrate({ ...quiet().options, system: LARGE });
    // A chase takes 5 ns for each doubling of a KB here: 80 ns in 64 MB. A pingPong takes 68 ns near and 204 far, CAS included.
    const link = { missNs: 125 - 80, transferNs: 204 - 10, bytesPerSecond: null };
    expect(machine).toMatchObject({ cores: 4, topology: { sockets: 2, threadsPerCore: 2, link }, l1: { bytes: 32 << 10 }, l2: { bytes: 256 << 10, ns: 10 }, transferNs: 58 });
    expect(checkMachine(machine)).toEqual(machine);
  });

  it.each([
    [{ pingPong: [24_010, 24_010] }, 'transferNs 24000: at most 5000'],
    [{ wake: [-40_000, 10_000] }, 'wakeNs -40000: at least 0'],
    [{ sleep: 3e8 }, 'sleepNs 300000000: at most 10000000'],
  ])('refuses %j before marking', async (changes, problem) => {
    const { options, state } = quiet(changes);
    let marked = 0;
    const calibrated = calibrate({ ...options, sample: (...args) => (marked++, options.sample!(...args)) });
    await expect(calibrated).rejects.toThrow(`the machine is busy: it can't be that ${problem}; nothing was written.`);
    expect([marked, state.closed]).toEqual([0, 1]);
  });

  it('refuses a mark loop whose accesses take no time', async () => {
    const { options } = quiet();
    const sample: CalibrateOptions['sample'] = async (_machine, size, policy) => ({ ...size, policy, measuredNs: 0.5, predictedNs: [200, 400, 800] });
    await expect(calibrate({ ...options, sample })).rejects.toThrow(/it can't be that accessNs .*: at least 0.001/);
  });

  it('ends a probe that waits forever on Ctrl-C', async () => {
    const controller = new AbortController();
    const probes = probeThreads(controller.signal);
    // One side alone waits for the other forever.
    const alone = probes.one('pingPong', 32 << 10);
    controller.abort();
    await expect(alone).rejects.toBeInstanceOf(Stopped);
    await probes.close();
  });
});
