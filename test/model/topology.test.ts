/** Sockets and hyper-threads cost threads what they should, in small programs and in the mark of a small heap. */
import { describe, expect, it } from 'vitest';
import { buildModelHeap } from '../../src/model/heap.ts';
import { EVENT } from '../../src/model/caches.ts';
import { loadModelCore } from '../../src/model/load.ts';
import { MACHINES } from '../../src/model/machines.ts';
import { checkMachine, type MachineModel } from '../../src/model/machine-model.ts';
import type { Pin } from '../../src/model/placement.ts';
import { predictMark } from '../../src/model/predict.ts';
import { slowdown, type Topology } from '../../src/model/topology.ts';
import { runVirtual } from '../../src/model/virtual-time.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import { ROUND } from './round-machine.ts';

const core = await loadModelCore();
const LINE = 16;
const LINK = { missNs: 50, transferNs: 1000, bytesPerSecond: null };
const machineOf = (topology: Partial<Topology>, cores = 2): MachineModel => ({ ...ROUND, cores, topology: { sockets: 1, threadsPerCore: 1, ...topology } });

function run(machine: MachineModel, threads: readonly ((m: Int32Array) => Coroutine)[], pin?: Pin) {
  return runVirtual({ core, machine, m: new Int32Array(1 << 16), threads, inUse: 1, quantumNs: 0, pin });
}

const contend = Array.from({ length: 2 }, () => (m: Int32Array) => core.contend(m, LINE, 100));
/** Two threads that compute on lines of their own. */
const compute = [1, 40].map((i) => (m: Int32Array) => core.count(m, LINE * i, 5000));

describe('two threads that contend for a line', () => {
  it('take longer on two sockets than on one', () => {
    const two = machineOf({ sockets: 2, link: LINK }, 4);
    const [near, far] = (['compact', 'scatter'] as const).map((pin) => run(two, contend, pin).endNs);
    expect(far).toBeGreaterThan(2 * near);
  });

  it('transfer nothing on one core', () => {
    const { endNs } = run(machineOf({ threadsPerCore: 2 }, 1), contend);
    expect(endNs).toBeLessThan(run(machineOf({}), contend).endNs / 2);
  });
});

describe('two threads that compute', () => {
  it('take about twice as long on one core as on two', () => {
    const ratio = run(machineOf({ threadsPerCore: 2 }, 1), compute).endNs / run(machineOf({}), compute).endNs;
    expect(ratio).toBeGreaterThan(1.8);
    expect(ratio).toBeLessThanOrEqual(2.05);
  });

  it('take longer if the clock falls when both work', () => {
    const [steady, falling] = [[3, 3], [3, 1.5]].map((ghz) => run(machineOf({ ghz }), compute).endNs);
    expect(falling / steady).toBeCloseTo(2, 1);
  });
});

describe('a thread that reads many pages', () => {
  const read = (lines: number) => [(m: Int32Array) => core.readLines(m, 0, lines)];

  it('waits for each page once more', () => {
    const tlb = { pageBytes: 4096, ways: 4, entries: 4, second: 8, secondNs: 7, walkNs: 1000 };
    const { caches } = run(machineOf({ tlb }), read(640));
    expect(caches.events[EVENT.walk]).toBe(10);
    expect(run(machineOf({ tlb }), read(640)).endNs).toBeGreaterThan(run(machineOf({}), read(640)).endNs + 9 * 1000);
  });
});

describe('a topology', () => {
  it.each([
    [{ sockets: 2, threadsPerCore: 1 }, 'several sockets need a link'],
    [{ sockets: 0, threadsPerCore: 1 }, 'sockets'],
    [{ sockets: 1, threadsPerCore: 1, ghz: [] }, 'ghz'],
  ])('is refused: %j', (topology, reason) => {
    expect(checkMachine({ ...ROUND, topology })).toContain(reason);
  });

  it('may be missing, as in files of earlier versions', () => {
    expect(checkMachine(ROUND)).toEqual(ROUND);
  });

  it('slows nothing down without clocks', () => {
    expect(slowdown({}, 8)).toBe(1);
  });
});

describe('the mark of a tree on two sockets with hyper-threads', async () => {
  const machine = MACHINES.find(({ name }) => name === 'e5-2690x2')!;
  const heap = await buildModelHeap({ workload: 'tree', params: { depth: 17 }, procs: 32 });
  const mark = (procs: number, pin: Pin) => predictMark({ core, machine, heap, pin }, procs).markNs;

  it('gains from cores of a socket', () => {
    expect(mark(1, 'compact') / mark(4, 'compact')).toBeGreaterThan(1.5);
  });

  it('scans more slowly on hyper-threads than on cores', () => {
    const scanned = (procs: number) => predictMark({ core, machine, heap, pin: 'compact' }, procs).scanNs;
    expect(scanned(16)).toBeGreaterThan(1.2 * scanned(8));
  });

  it('marks every object wherever the threads are', () => {
    for (const pin of ['compact', 'scatter'] as const) expect(predictMark({ core, machine, heap, pin }, 32).objectsMarked).toBe(2 ** 17 - 1);
  });
});
