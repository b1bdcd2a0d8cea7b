/** The probes of an imagined machine give back its parameters. */
import { describe, expect, it } from 'vitest';
import { measureMemory } from '../../../src/model/calibrate/memory.ts';
import type { ProbeName } from '../../../src/model/calibrate/probes.ts';

const KB = 1 << 10;
const MB = 1 << 20;

interface Imagined {
  readonly l2Bytes: number;
  readonly l3Bytes: number;
  readonly walkNs: number;
  /** Pages of the second TLB. */
  readonly reach: number;
  readonly streams: number;
  readonly crosses: boolean;
  readonly windowNs: number;
  readonly overlaps: boolean;
}

const MACHINE: Imagined = { l2Bytes: MB, l3Bytes: 8 * MB, walkNs: 60, reach: 4096, streams: 32, crosses: true, windowNs: 28, overlaps: true };
const [L1, L2, L3, MEMORY, SECOND_TLB] = [1, 4, 16, 130, 2];

/** Returns the probes of the machine: caches and TLBs keep the lines of a cycle only if all of them fit. */
function probesOf({ l2Bytes, l3Bytes, walkNs, reach, streams, crosses, windowNs, overlaps }: Imagined) {
  const line = (bytes: number) => (bytes <= 48 * KB ? L1 : bytes <= l2Bytes ? L2 : bytes <= l3Bytes ? L3 : MEMORY);
  const translation = (pages: number) => (pages <= 64 ? 0 : pages <= reach ? SECOND_TLB : walkNs);
  const random = (bytes: number) => (bytes / (4 * KB) <= 64 ? 0 : Math.min(1, (reach * 4 * KB) / bytes) * SECOND_TLB + Math.max(0, 1 - (reach * 4 * KB) / bytes) * walkNs);
  return async (probe: ProbeName, bytes = 32 * KB, count = 0): Promise<number> => {
    switch (probe) {
      case 'chase':
        return line(bytes) + (bytes > l3Bytes ? random(bytes) : 0);
      case 'pages':
        return line(bytes / 64) + translation(bytes / (4 * KB));
      case 'scatterPages':
        return (walkNs * (1 - reach / 16_384)) / 4;
      case 'scatter':
        return bytes > MB ? 14 : 1;
      case 'scatterRmw':
        return overlaps ? 20 : 200;
      case 'streams':
        return count > streams ? 65 : crosses ? 2 + count / 8 : 8;
      case 'window':
        return windowNs;
      default:
        throw new Error(`no probe ${probe}`);
    }
  };
}

function measured(changes: Partial<Imagined> = {}, l2Bytes?: number) {
  return measureMemory({ sockets: [[[0]]], l1Bytes: undefined, l2Bytes }, probesOf({ ...MACHINE, ...changes }));
}

describe('measureMemory', () => {
  it('finds caches, translations, streams and the window', async () => {
    const { machine, l3, tlb } = await measured();
    expect(machine).toMatchObject({ l1: { ns: L1 }, l2: { bytes: MB, ns: L2 - L1 }, lines: 14, atomicsOverlap: true });
    expect(machine.windowNs).toBe(28);
    // A line takes 2 ns, and 1/8 more for each stream.
    expect(machine.streams).toEqual([1, 4, 8, 16, 32].map((count) => ({ count, ns: 2 + count / 8 - L1 })));
    expect(l3).toMatchObject({ bytes: 8 * MB, ns: L3 });
    expect(tlb).toMatchObject({ second: 4096, secondNs: SECOND_TLB, walkNs: 60, walkers: 4 });
    // Without the translations, which the model adds.
    for (const { ns } of machine.miss) expect(ns).toBeCloseTo(MEMORY, 6);
    expect(machine.miss.map(({ bytes }) => bytes / MB)).toEqual([16, 64, 256]);
  });

  it('finds other sizes', async () => {
    const { machine, l3, tlb } = await measured({ l2Bytes: 2 * MB, l3Bytes: 2 * MB, reach: 1024, streams: 8, windowNs: 16, overlaps: false });
    expect([machine.l2.bytes / MB, l3, tlb?.second, machine.streams?.at(-1)?.count, machine.windowNs, machine.atomicsOverlap]).toEqual([2, undefined, 1024, 8, 16, false]);
  });

  it('believes the system', async () => {
    expect((await measured({}, 512 * KB)).machine.l2.bytes).toBe(512 * KB);
  });

  it('has no translations where pages cost nothing, and no limit of streams where they end with the page', async () => {
    const { machine, tlb } = await measured({ walkNs: SECOND_TLB, crosses: false });
    expect([tlb, machine.streams]).toEqual([undefined, undefined]);
  });
});
