import { describe, expect, it } from 'vitest';
import { getGlobal, loadWord, storeInt, swapWord } from '../../src/runtime/mutator.ts';
import { GROUP_GLOBALS } from '../../src/workloads/join.ts';
import { links } from '../../src/workloads/links.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

const CHECK = 4;
const CELLS = GROUP_GLOBALS;
const SMALL = { nodes: 300, threads: 5, moves: 3000 };

/** Returns the workload with `change` applied to the first cell before the final check. */
function beforeCheck(change: (m: Int32Array, cell: number) => void): Workload {
  const steps = [...links.steps];
  const check = steps[CHECK];
  steps[CHECK] = (m, mp, gp, text) => {
    change(m, loadWord(m, getGlobal(m, CELLS), 0));
    return check(m, mp, gp, text);
  };
  return { ...links, steps };
}

/** Lists the words of the cell that hold a node. */
function taken(m: Int32Array, cell: number): number[] {
  return Array.from({ length: 32 }, (_, i) => i).filter((i) => loadWord(m, cell, i) !== 0);
}

describe('links', () => {
  it.each([1, 5, 30])('loses no node at GOGC=%i', (gogc) => {
    const { lines, memstats } = runOnOneP(links, SMALL, { gogc, timeslice: 3 });
    expect(lines[0]).toMatch(/^300 nodes are all there after \d{5} moves by 5 goroutines$/);
    expect(memstats.NumGC).toBeGreaterThan(0);
  });

  it('loses no node with more hands than nodes', () => {
    expect(runOnOneP(links, { nodes: 3, threads: 8, moves: 500 }, { timeslice: 1 }).lines).toHaveLength(1);
  });

  it('runs on the 32-bit machine', () => {
    expect(runOnOneP(links, SMALL, { ptrWords: 1, gogc: 10 }).lines).toHaveLength(1);
  });

  it('detects a missing node', () => {
    const gone = beforeCheck((m, cell) => swapWord(m, cell, taken(m, cell)[0], 0));
    expect(fatalCode(() => runOnOneP(gone, SMALL))).toBe('LINK_NODE_LOST');
  });

  it('detects a duplicate node', () => {
    const twice = beforeCheck((m, cell) => {
      const [a, b] = taken(m, cell);
      swapWord(m, cell, a, loadWord(m, cell, b));
    });
    expect(fatalCode(() => runOnOneP(twice, SMALL))).toBe('LINK_NODE_TWICE');
  });

  it.each([
    [1, 'LINK_NODE_DAMAGED'],
    [2, 'LINK_NODE_DAMAGED'],
    [3, 'LINK_NODE_DAMAGED'],
  ])('detects damage to word %i of a node', (word, code) => {
    const damaged = beforeCheck((m, cell) => storeInt(m, loadWord(m, cell, taken(m, cell)[0]), word, 77_777));
    expect(fatalCode(() => runOnOneP(damaged, SMALL))).toBe(code);
  });

  it('detects damage to the tail of a node', () => {
    const damaged = beforeCheck((m, cell) => storeInt(m, loadWord(m, loadWord(m, cell, taken(m, cell)[0]), 0), 0, -1));
    expect(fatalCode(() => runOnOneP(damaged, SMALL))).toBe('LINK_TAIL_DAMAGED');
  });

  it('is deterministic for a given seed', () => {
    const moves = (seed: number) => runOnOneP(links, SMALL, { seed, timeslice: 2 }).memstats.TotalAlloc;
    expect(moves(3)).toBe(moves(3));
    expect(moves(3)).not.toBe(moves(4));
  });
});
