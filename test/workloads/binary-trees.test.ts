import { describe, expect, it } from 'vitest';
import { getSlot, storeWord } from '../../src/runtime/mutator.ts';
import { binaryTrees } from '../../src/workloads/binary-trees.ts';
import type { Workload } from '../../src/workloads/workload.ts';
import { fatalCode, runOnOneP } from '../support/machine.ts';

/** The output for depth 10 on the benchmark's site. */
const OUTPUT_10 = `stretch tree of depth 11	 check: 4095
1024	 trees of depth 4	 check: 31744
256	 trees of depth 6	 check: 32512
64	 trees of depth 8	 check: 32704
16	 trees of depth 10	 check: 32752
long lived tree of depth 10	 check: 2047`;

describe('binary-trees', () => {
  it('prints the output of the original benchmark', () => {
    expect(runOnOneP(binaryTrees, { depth: 10 }).lines.join('\n')).toBe(OUTPUT_10);
  });

  it('builds trees over several steps and collections', () => {
    const { lines, memstats } = runOnOneP(binaryTrees, { depth: 12 }, { gogc: 20 });
    expect(lines[0]).toBe('stretch tree of depth 13\t check: 16383');
    expect(lines.at(-1)).toBe('long lived tree of depth 12\t check: 8191');
    const others = [4, 6, 8, 10, 12].reduce((sum, depth) => sum + 2 ** (12 - depth + 4) * (2 ** (depth + 1) - 1), 0);
    expect(memstats.Mallocs).toBe(16_383 + 8191 + others);
    expect(memstats.NumGC).toBeGreaterThan(5);
  });

  it('runs with an odd depth', () => {
    expect(runOnOneP(binaryTrees, { depth: 7 }).lines).toEqual([
      'stretch tree of depth 8\t check: 511',
      '128\t trees of depth 4\t check: 3968',
      '32\t trees of depth 6\t check: 4064',
      'long lived tree of depth 7\t check: 255',
    ]);
  });

  it('detects a tree that has lost its branches', () => {
    const [nextJob, work] = binaryTrees.steps;
    const damaged: Workload = {
      ...binaryTrees,
      steps: [
        (m, mp, gp, text) => {
          const root = getSlot(m, gp, 0);
          if (root !== 0) {
            storeWord(m, root, 0, 0);
            storeWord(m, root, 1, 0);
          }
          return nextJob(m, mp, gp, text);
        },
        work,
      ],
    };
    expect(fatalCode(() => runOnOneP(damaged, { depth: 6 }))).toBe('TREE_DAMAGED');
  });
});
