/** A terminal shows progress; other streams get a line after a long silence. */
import { describe, expect, it } from 'vitest';
import type { ExplorePool } from '../../src/explore/campaigns/pool.ts';
import { Progress } from '../../src/cli/progress.ts';
import { cli, collecting, progressOf, resultOf, terminalOf } from './fakes.ts';

describe('progress', () => {
  it('shows threads that start', async () => {
    let err = '';
    const terminal = terminalOf({ err: (text) => void (err += text), errIsTerminal: true });
    await cli('run churn --procs 64', ({ onTick }) => {
      onTick?.(progressOf({ threads: 64, threadsUp: 12 }));
      return resultOf();
    }, { terminal });
    expect(err).toContain('starting 64 threads: 12 up');
    await cli('scale tree --procs 30', (options) => {
      options.onTick?.(progressOf({ threads: 30, threadsUp: 7 }));
      return collecting(options);
    }, { terminal });
    expect(err).toContain('starting 30 threads: 7 up');
  });

  it('is a line every half minute if stderr is not a terminal', () => {
    let now = 0;
    const lines: string[] = [];
    const progress = new Progress(terminalOf({ err: (text) => void lines.push(text) }), () => now);
    for (; now <= 95_000; now += 1000) progress.show(`second ${now / 1000}`);
    progress.clear();
    expect(lines).toEqual(['second 30\n', 'second 60\n', 'second 90\n']);
  });

  it('is said to the terminal in any case, and fits it', () => {
    let shown = '';
    const terminal = terminalOf({ err: (text) => void (shown = text), errIsTerminal: true, errWidth: 60 });
    new Progress(terminal).show(`\x1b[2J${'x'.repeat(100)}`);
    expect(shown).toBe(`\r\x1b[K\\x1b[2J${'x'.repeat(51)}…`);
    const quiet = terminalOf({});
    new Progress(quiet).show('at work');
    expect(quiet.doing).toBe('at work');
  });
});

describe('jobs beyond the cores', () => {
  it.each(['fuzz mark-bits --executions 1', 'mutants mark-load-or-store pop-stale-count push-without-cas --seeds 1'])('are capped in "%s", with a note', async (line) => {
    const asked: number[] = [];
    const pool: ExplorePool = {
      jobs: 2,
      prepare: async () => {},
      runSlice: () => Promise.reject(new Error('enough')),
      killMutant: () => Promise.reject(new Error('enough')),
      close: async () => {},
    };
    const explorePool = (jobs: number) => {
      asked.push(jobs);
      return pool;
    };
    expect((await cli(`${line} --jobs 65`, undefined, { explorePool })).err).toContain('--jobs 65: 2 workers for the 2 cores here\n');
    expect((await cli(`${line} --jobs 2`, undefined, { explorePool })).err).not.toContain('workers for');
    expect(asked).toEqual([2, 2]);
  });
});
