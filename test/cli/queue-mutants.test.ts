/** `mutants --queue`: searches that workers run, over a queue in a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/base/fatal.ts';
import type { ExplorePool } from '../../src/explore/campaigns/pool.ts';
import { failureOf, poolOf } from '../explore/slices.ts';
import { cli, type Outcome } from './fakes.ts';

const NAMES = ['mark-load-or-store', 'chan-parks-unlocked'];

/** A pool whose searches take no time. */
function searching(found: (mutant: string, seed: number) => boolean): ExplorePool {
  return {
    ...poolOf(2, () => { throw new Error('no slice'); }),
    async killMutant({ mutant, seeds }) {
      if (mutant === 'chan-copies-late') throw new Error('a worker died');
      return { mutant, searches: seeds.map((seed) => ({ seed, executions: 10, seconds: 1, failure: found(mutant, seed) ? failureOf('x') : null })) };
    },
  };
}

describe('mutants --queue', () => {
  let folder: string;
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sweepgen-mutants-')); });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function withWorker(line: string, pool?: ExplorePool): Promise<{ readonly mutants: Outcome; readonly worker: Outcome }> {
    const stop = new AbortController();
    const worker = cli(`worker --queue file:${folder}`, undefined, { signal: stop.signal, ...(pool && { explorePool: () => pool }) });
    const mutants = await cli(`${line} --queue file:${folder}`, undefined, { explorePool: () => { throw new Error('it searches here'); } });
    stop.abort();
    return { mutants, worker: await worker };
  }

  it('finds a real bug as a search without a queue does', async () => {
    const { mutants, worker } = await withWorker(`mutants ${NAMES[0]} --seeds 2`);
    expect(mutants.out).toMatch(/^1 of 1 mutant killed$/m);
    expect(mutants.code).toBe(EXIT.ok);
    expect(worker.out).toMatch(/^2 jobs done$/m);
  });

  it('tells survivors from bugs whose searches have no result', async () => {
    const { mutants } = await withWorker(`mutants ${NAMES.join(' ')} chan-copies-late --seeds 3`, searching(() => false));
    expect(mutants.out).toMatch(/^0 of 3 mutants killed$/m);
    expect(mutants.out).toMatch(/chan-copies-late .*lost .*a worker died/);
    expect(mutants.code).toBe(EXIT.unproven);
    expect(mutants.err).toContain(`2 mutants survive: ${NAMES.join(', ')}`);
  });

  it('does not count a result that contradicts itself', async () => {
    const { mutants } = await withWorker(`mutants ${NAMES[0]} --seeds 1`, searching(() => true));
    expect(mutants.out).toMatch(/mark-load-or-store .*lost .*a failure in the result has the key of another kind/);
    expect(mutants.code).toBe(EXIT.hang);
  });
});
