/** An interrupted command prints its findings so far and a command that continues it, with the exit code that shells expect. */
import { describe, expect, it } from 'vitest';
import { Stopped } from '../../src/run/errors.ts';
import type { ExplorePool } from '../../src/explore/campaigns/pool.ts';
import type { RuntimeOptions } from '../../src/run/api.ts';
import { commandLine, withOption } from '../../src/cli/command-line.ts';
import { SignalReceived } from '../../src/cli/interruption.ts';
import { StressDocument } from '../../src/cli/stress-document.ts';
import { ScaleDocument } from '../../src/report/json.ts';
import { progressOf, cli, collecting, cycleOf, resultOf, type Play } from './fakes.ts';

/** Runs the command. `play` gets a function that interrupts it as Ctrl-C does. */
function interrupted(line: string, play: (options: RuntimeOptions, stop: () => Stopped) => ReturnType<Play>, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT') {
  const controller = new AbortController();
  function stop(): Stopped {
    controller.abort(new SignalReceived(signal));
    return new Stopped();
  }
  return cli(line, (options) => play(options, stop), { signal: controller.signal });
}

describe('a command line', () => {
  it('is read by a shell as the same words', () => {
    expect(commandLine(['run', "it's.mjs", '--set', 'a=1', ''])).toBe(`sweepgen run 'it'\\''s.mjs' --set a=1 ''`);
  });

  it('gets an option once', () => {
    expect(withOption(['stress', '--seed', '7', '--procs', '2'], '--seed', '9')).toEqual(['stress', '--procs', '2', '--seed', '9']);
    expect(withOption(['stress', '--seed=7'], '--seed', '9')).toEqual(['stress', '--seed', '9']);
  });
});

describe('the first Ctrl-C', () => {
  it.each([['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const)('ends a run by %s with exit code %i and how to begin again', async (signal, code) => {
    const ended = await interrupted('run churn --procs 3', ({ onTick }, stop) => {
      onTick?.(progressOf({ cycles: 4, threads: 3 }));
      return stop();
    }, signal);
    expect([ended.code, ended.out, ended.stopped]).toEqual([code, '', 1]);
    expect(ended.err).toBe('sweepgen: interrupted: churn: 4 collections, 5.00 MB live\nsweepgen: begin again with: sweepgen run churn --procs 3\n');
  });

  it('is one document on stderr with --json, and nothing on stdout', async () => {
    const { code, out, err } = await interrupted('run --json', (_, stop) => stop());
    expect([code, out]).toEqual([130, '']);
    expect(JSON.parse(err)).toEqual({ schema: 1, command: 'run', error: { code: 'INTERRUPTED', message: 'interrupted', details: ['begin again with: sweepgen run --json'], exitCode: 130 } });
  });

  let rounds = 0;
  const twoRounds = (options: RuntimeOptions, stop: () => Stopped) => {
    options.onCycle?.(cycleOf());
    return ++rounds % 3 === 0 ? stop() : resultOf();
  };

  it('shows the rounds and verified collections of a stress run, and goes on from there', async () => {
    const { code, out, err } = await interrupted('stress --seed 5 --first-round 10', twoRounds);
    expect(code).toBe(130);
    expect(out).toContain('2 rounds, 3 verified collections, nothing wrong\n');
    expect(err).toContain('go on with: sweepgen stress --seed 5 --first-round 12\n');
    const again = await interrupted('stress --seed 5 --json', twoRounds);
    expect(StressDocument.parse(JSON.parse(again.out))).toMatchObject({ rounds: 2, verifiedCollections: 3, interrupted: true, failed: null });
  });

  const someCycles = (n: number) => (options: RuntimeOptions, stop: () => Stopped) => {
    for (const cycle of collecting(options).cycles.slice(0, n)) options.onCycle?.(cycle);
    return stop();
  };

  it('prints the table of the measurements of scale so far', async () => {
    const { code, out, err } = await interrupted('scale tree --procs 1,2 --runs 9 --json', someCycles(7));
    expect([code, JSON.parse(err).error.code]).toEqual([130, 'INTERRUPTED']);
    const { results, interrupted: isInterrupted } = ScaleDocument.parse(JSON.parse(out));
    expect(isInterrupted).toBe(true);
    // The first collection with each number of threads is a warm-up.
    expect(results.map(({ procs, ns }) => [procs, ns.length])).toEqual([[1, 3], [2, 2]]);
    const text = await interrupted('scale tree --procs 1,2 --runs 9', someCycles(7));
    expect(text.out).toMatch(/^threads +mark time/m);
    expect(text.err).toContain('sweepgen: interrupted: collection 7 of 20\n');
  });

  it('leaves out numbers of threads that scale has not measured, and prints no empty table', async () => {
    const one = JSON.parse((await interrupted('scale tree --procs 1,2,4 --runs 9 --json', someCycles(4))).out) as ScaleDocument;
    expect(one.results.map(({ procs }) => procs)).toEqual([1]);
    expect(await interrupted('scale tree --procs 1,2 --runs 9 --json', someCycles(2))).toMatchObject({ code: 130, out: '' });
  });

  it('shows the runs that were measured of allocation, and the settings of a sweep over one', async () => {
    let runs = 0;
    const alloc = await interrupted('scale --phase alloc --procs 1,2 --runs 9 --json', (_, stop) => (++runs === 5 ? stop() : resultOf()));
    expect(ScaleDocument.parse(JSON.parse(alloc.out)).results.map(({ procs, ns }) => [procs, ns.length])).toEqual([[1, 1], [2, 1]]);
    let machines = 0;
    const sweep = await interrupted('scale tree --procs 1 --runs 6 --vary workbuf=64,256,1024 --json', (options, stop) => (++machines === 3 ? stop() : collecting(options)));
    expect(sweep.code).toBe(130);
    expect(JSON.parse(sweep.out).measurements).toHaveLength(2);
  });

  it('prints the measurements of start so far', async () => {
    const { code, out } = await interrupted('start --procs 1,2 --runs 9 --no-html', someCycles(7));
    expect(code).toBe(130);
    expect(out).toMatch(/^threads +mark time/m);
    expect(out).not.toContain('Next');
  });

  it('prints the counts of explore, shrinks nothing, and continues with the next seed', async () => {
    const controller = new AbortController();
    controller.abort(new SignalReceived('SIGINT'));
    const { code, out, err } = await cli('explore mark-bits --seed 41', undefined, { signal: controller.signal });
    expect(code).toBe(130);
    expect(out).toContain('0 executions');
    expect(err).toContain('go on with: sweepgen explore mark-bits --seed 41\n');
  });

  it('lists mutants that were searched for, counts the others, and goes on with those', async () => {
    const controller = new AbortController();
    const pool: ExplorePool = {
      jobs: 1,
      prepare: async () => {},
      runSlice: () => Promise.reject(new Error('not here')),
      async killMutant({ mutant }) {
        if (mutant === 'mark-load-or-store') return { mutant, searches: [{ seed: 1, executions: 3, seconds: 0.1, failure: null }] };
        controller.abort(new SignalReceived('SIGINT'));
        return new Promise(() => {});
      },
      close: async () => {},
    };
    const { code, out, err } = await cli('mutants mark-load-or-store pop-stale-count push-without-cas --jobs 1', undefined, { signal: controller.signal, explorePool: () => pool });
    expect(code).toBe(130);
    expect(out).toMatch(/^mark-load-or-store .*no/m);
    expect(out).toContain('2 mutants not tried\n');
    expect(err).toContain('go on with: sweepgen mutants --jobs 1 pop-stale-count push-without-cas\n');
  });
});
