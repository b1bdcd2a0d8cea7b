/** Output and exit codes of `sweepgen mutants`. */
import { describe, expect, it } from 'vitest';
import { MutantsDocument } from '../../../src/cli/mutants-document.ts';
import type { Kill, KillTask } from '../../../src/explore/campaigns/mutants.ts';
import type { ExplorePool } from '../../../src/explore/campaigns/pool.ts';
import { WorkerLost } from '../../../src/explore/campaigns/worker-lost.ts';
import { MUTANTS } from '../../../src/mutants/catalog.ts';
import { failureOf, poolOf } from '../../explore/slices.ts';
import { cli } from '../fakes.ts';

/** Searches with these numbers of executions each; null: nothing found. */
function kill({ mutant, seeds }: KillTask, executions: readonly (number | null)[]): Kill {
  return {
    mutant,
    searches: seeds.map((seed, i) => ({ seed, executions: executions[i] ?? 999, seconds: (executions[i] ?? 600) / 10, failure: executions[i] === null ? null : failureOf('mark-bits invariant LOST') })),
  };
}

function pool(play: (task: KillTask) => Kill): ExplorePool & { readonly tasks: KillTask[] } {
  const tasks: KillTask[] = [];
  return {
    ...poolOf(2, () => Promise.reject(new Error('nobody asked'))),
    tasks,
    async killMutant(task) {
      tasks.push(task);
      return play(task);
    },
  };
}

const [FIRST, SECOND, THIRD] = MUTANTS.map(({ name }) => name);

describe('sweepgen mutants', () => {
  it('searches for every mutant, with seeds that do not meet', async () => {
    const used = pool((task) => kill(task, [1, 2, 3, 4, 5]));
    const { code, out } = await cli('mutants --seconds 30', undefined, { explorePool: () => used });
    expect(code).toBe(0);
    expect(used.tasks.map(({ mutant }) => mutant)).toEqual(MUTANTS.map(({ name }) => name));
    expect(used.tasks[0]).toMatchObject({ seconds: 30, strategy: 'portfolio' });
    expect(new Set(used.tasks[0].seeds).size).toBe(5);
    expect(out).toMatch(new RegExp(`^${MUTANTS.length} mutants, 5 searches of at most 30 s each`));
    expect(out).toMatch(new RegExp(`${MUTANTS.length} of ${MUTANTS.length} mutants killed\n$`));
  });

  it('shows medians, and survivors last', async () => {
    const results: Record<string, readonly (number | null)[]> = { [FIRST]: [5, null, 3], [SECOND]: [90, 10, 20], [THIRD]: [null, null, null] };
    const { code, out, err } = await cli(`mutants ${FIRST} ${SECOND} ${THIRD} --seeds 3`, undefined, { explorePool: () => pool((task) => kill(task, results[task.mutant])) });
    expect(code).toBe(5);
    const rows = out.split('\n').slice(2, 5).map((row) => row.split(/ {2,}/));
    expect(rows.map(([name, , , killed]) => [name, killed])).toEqual([[SECOND, 'yes'], [FIRST, '2 of 3'], [THIRD, 'no']]);
    expect(rows[0].slice(-3)).toEqual(['mark-bits invariant LOST', '20', '2.00']);
    expect(out).toContain('1 of 3 mutants killed');
    expect(err).toContain(`sweepgen: 2 mutants survive: ${FIRST}, ${THIRD}\n`);
  });

  it('goes on when a worker is lost over one, and says so in the end', async () => {
    const lossy = pool((task) => {
      if (task.mutant === FIRST) throw new WorkerLost('a worker did not come back within 9 s');
      return kill(task, [1]);
    });
    const { code, out, err } = await cli(`mutants ${FIRST} ${SECOND} --seeds 1`, undefined, { explorePool: () => lossy });
    expect(code).toBe(4);
    expect(out).toContain('1 of 2 mutants killed');
    expect(err).toContain(`sweepgen: ${FIRST}: a worker did not come back within 9 s\n`);
  });

  it('finds one for real, and prints one JSON document', async () => {
    const { code, out } = await cli('mutants mark-load-or-store --seeds 2 --seconds 30 --monitors none --json');
    expect(code).toBe(0);
    const { mutants: [mutant] } = MutantsDocument.parse(JSON.parse(out));
    expect(mutant).toMatchObject({ mutant: 'mark-load-or-store', killed: true, lost: '' });
    expect(mutant.searches.map(({ failure }) => failure?.key)).toEqual(['mark-bits invariant LOST_OBJECT', 'mark-bits invariant LOST_OBJECT']);
    expect(mutant.searches[0].seed).not.toBe(mutant.searches[1].seed);
  });

  it('abandons unfinished searches when it is interrupted', async () => {
    const stop = new AbortController();
    const endless = { ...pool((task) => kill(task, [1])), killMutant: () => (stop.abort(), new Promise<Kill>(() => {})) };
    const { code, out } = await cli('mutants', undefined, { explorePool: () => endless, signal: stop.signal });
    expect(code).toBe(130);
    expect(out).toContain('0 of 0 mutants killed');
  });

  it('refuses a mutant that is not there', async () => {
    expect(await cli('mutants mark-load-or-stroe')).toMatchObject({ code: 2, out: '', err: "sweepgen: there is no mutant 'mark-load-or-stroe'; did you mean mark-load-or-store?\n" });
  });
});
