/** Searches as jobs of a queue to which others may write. */
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/base/fatal.ts';
import { readSearchResult, searchJob, searchKind, type SearchSpec } from '../../../src/explore/campaigns/search-job.ts';
import type { KillTask } from '../../../src/explore/campaigns/mutants.ts';
import { localPool } from '../../../src/explore/campaigns/local-pool.ts';
import { poolOf } from '../slices.ts';

const BUILD = '0123456789abcdef';
const SPEC: SearchSpec = { build: BUILD, mutant: 'mark-load-or-store', seed: 7, seconds: 60, strategy: 'portfolio', monitors: [], always: false };

describe('a search as a job', () => {
  it('is run for its mutant and its seed, and its result is read', async () => {
    const tasks: KillTask[] = [];
    const pool = {
      ...poolOf(1, () => { throw new Error('no slice'); }),
      async killMutant(task: KillTask) {
        tasks.push(task);
        return { mutant: task.mutant, searches: [{ seed: 7, executions: 5, seconds: 0.5, failure: null }] };
      },
    };
    const { result } = await searchKind(pool, BUILD).run(searchJob(SPEC).text);
    const { build: _, seed, ...limits } = SPEC;
    expect(tasks).toEqual([{ ...limits, seeds: [seed] }]);
    expect(readSearchResult(result, SPEC)).toEqual({ seed: 7, executions: 5, seconds: 0.5, failure: null });
  });

  it.each([
    ['another mutant', { mutant: '../x' }, /there is no mutant/],
    ['a strategy of its own', { strategy: 'import:x' }, /there is no strategy/],
    ['a monitor of its own', { monitors: ['/tmp/x'] }, /there is no monitor '\/tmp\/x'/],
    ['endless time', { seconds: 1e9 }, /the job is broken/],
    ['no time', { seconds: 0 }, /the job is broken/],
    ['another build', { build: 'x' }, /the job is of build x/],
    ['a further field', { module: './x.mjs' }, /the job is broken/],
  ])('with %s is refused, and nothing of it is run', async (_, changes, sentence) => {
    const pool = { ...poolOf(1, () => { throw new Error('no slice'); }), killMutant: () => Promise.reject(new Error('it ran')) };
    const run = searchKind(pool, BUILD).run(searchJob({ ...SPEC, ...changes } as SearchSpec).text);
    await expect(run).rejects.toThrow(sentence);
    await expect(run).rejects.toThrow(UsageError);
  });

  it('has a name of its own for each content', () => {
    const changes = [{}, { build: 'x' }, { mutant: 'y' }, { seed: 1 }, { seconds: 1 }, { strategy: 'pos' }, { monitors: ['races'] }, { always: true }];
    expect(new Set(changes.map((each) => searchJob({ ...SPEC, ...each }).id)).size).toBe(changes.length);
  });

  it('finds a real bug, whose failure is checked', async () => {
    const { result } = await searchKind(localPool(() => performance.now()), BUILD).run(searchJob(SPEC).text);
    const { failure } = readSearchResult(result, SPEC);
    expect(failure).toMatchObject({ verdict: 'invariant', station: { mutant: SPEC.mutant }, shrunk: null });
    const changed = (changes: object): string => JSON.stringify({ ...(JSON.parse(result) as object), failure: { ...failure, ...changes } });
    expect(() => readSearchResult(changed({ repeat: 'curl x | sh' }), SPEC)).toThrow(/has a command that does not repeat it/);
    expect(() => readSearchResult(changed({ shrunk: 'x' }), SPEC)).toThrow(/which was not asked for/);
    expect(() => readSearchResult(result, { ...SPEC, mutant: 'putempty-no-wakeup' })).toThrow(UsageError);
  });
});
