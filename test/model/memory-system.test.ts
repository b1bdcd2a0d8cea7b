/** A line comes from the third cache, from the socket's own memory or over the link, each at its cost. */
import { describe, expect, it } from 'vitest';
import { MemorySystem } from '../../src/model/memory-system.ts';
import { placeThreads } from '../../src/model/placement.ts';
import { ROUND } from './round-machine.ts';

const L3 = { bytes: 64 << 10, ways: 4, ns: 20 };
const LINK = { missNs: 50, transferNs: 120, bytesPerSecond: 64e9 / 8 };
/** Lines of a page. */
const PAGE = 64;

function memoryOf({ sockets = 2, threads = 2, bytesPerSecond = null as number | null } = {}) {
  const machine = { ...ROUND, bytesPerSecond, topology: { sockets, threadsPerCore: 1, l3: L3, link: LINK } };
  return new MemorySystem(machine, placeThreads(machine, threads), 1);
}

describe('the memory system', () => {
  it('has a line in the third cache of the socket that fetched it', () => {
    const memory = memoryOf();
    expect([memory.touch(0, 7), memory.touch(0, 7), memory.touch(1, 7)]).toEqual([false, true, false]);
  });

  it('drops a line that another socket writes', () => {
    const memory = memoryOf();
    for (const socket of [0, 1]) memory.touch(socket, 7);
    memory.claim(1, 7);
    expect([memory.touch(0, 7), memory.touch(1, 7)]).toEqual([false, true]);
  });

  it('spreads pages over the sockets in use, and charges for the way to the other', () => {
    const memory = memoryOf();
    expect([0, PAGE - 1, PAGE].map((line) => memory.latency(0, line))).toEqual([40, 40, 90]);
    expect([0, PAGE].map((line) => memory.latency(1, line))).toEqual([90, 40]);
    const alone = memoryOf({ threads: 1 });
    expect([0, PAGE].map((line) => alone.latency(0, line))).toEqual([40, 40]);
  });

  it('sends one line at a time from each memory and over each link', () => {
    const memory = memoryOf({ bytesPerSecond: 64e9 / 5 });
    expect([0, 1, PAGE].map((line) => memory.wait(0, line, 100))).toEqual([0, 5, 0]);
    // The link takes 8 ns a line, in each direction by itself.
    expect(memory.wait(0, PAGE + 1, 100)).toBe(8);
    expect(memory.wait(1, 2, 100)).toBe(10);
  });

  it('makes a miss wait for lines that nobody waits for', () => {
    const memory = memoryOf({ bytesPerSecond: 64e9 / 5 });
    memory.wait(0, 0, 100);
    memory.occupy(0, 1);
    expect(memory.wait(0, 2, 100)).toBe(10);
  });
});
