/** The same seed gives the same execution; a failed one is reported with the command that repeats it. */
import { describe, expect, it } from 'vitest';
import { explainFailure, repeatCommand } from '../../src/explore/failure.ts';
import type { Coroutine } from '../../src/rewrite/generated.ts';
import { loadCore, type Core } from '../../src/explore/load.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { markBitsGo } from '../../src/explore/scenarios/mark-bits.ts';
import { knobsOf, procsKnob, settingOf, type MakeOracle, type Scenario } from '../../src/explore/scenarios/scenario.ts';
import { XCHECKPOINT } from '../../src/gc/doorbell.ts';
import { tinyShape } from '../../src/explore/scenarios/tiny-shape.ts';
import { wholeCycleGo } from '../../src/explore/scenarios/whole-cycle.ts';
import { search, type SearchOptions } from './search.ts';

const { core } = await loadCore(false);
const content: MakeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

function searchFor(options: Partial<SearchOptions> & Pick<SearchOptions, 'scenario'>) {
  return search({ core, setting: settingOf(options.scenario, { procs: 2 }), makeOracle: content, executions: 1000, ...options });
}

/** Returns a scenario of one thread that calls `run`, on an empty memory. */
function scenarioOf(run: (core: Core, m: Int32Array) => Coroutine, check = (_m: Int32Array) => ''): Scenario {
  return {
    name: 'made up',
    summary: '',
    knobs: [procsKnob(2)],
    shape: tinyShape,
    prepare: (used) => ({ template: new Int32Array(8192), threads: [(m) => run(used, m)], names: ['M0'], check, stepLimit: 1000 }),
  };
}

describe('a session', () => {
  it('runs the same executions for the same seed', () => {
    for (const scenario of [wholeCycleGo, markBitsGo]) {
      const runs = [0, 1].map(() => {
        const prepared = scenario.prepare(core, settingOf(scenario, { procs: 2 }), content);
        return [1, 10, 100].flatMap((distance) => {
          const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(distance) });
          return [5, 6, 5].map((seed) => explorer.run(seed)).map(({ verdict, traceHash, steps }) => ({ verdict, traceHash, steps }));
        });
      });
      expect(runs[0]).toEqual(runs[1]);
      expect(new Set(runs[0].map(({ traceHash }) => traceHash)).size).toBe(2 * 3);
    }
  });

  it('repeats an interleaving exactly', () => {
    expect(searchFor({ scenario: scenarioOf((used, m) => used.noteclear(m, 100)), executions: 9 })).toEqual({ executions: 9, distinct: 1 });
  });

  it('takes a strategy and seeds, and reports the failed ones', () => {
    const seen: number[] = [];
    const check = () => (seen.push(0) === 5 ? 'the fifth' : '');
    const { failure } = searchFor({ scenario: scenarioOf((used, m) => used.noteclear(m, 100), check), seed: 2 ** 32 - 2, strategy: 'random:4' });
    expect(failure).toMatchObject({ seed: 2, strategy: 'random:4', verdict: 'invariant', facts: ['the fifth'] });
  });
});

describe('a failure', () => {
  it('of the oracle stops the session, and its seed and strategy repeat it', () => {
    // Fails in some interleavings, the same each time.
    const makeOracle: MakeOracle = (m) => ({
      forget() {},
      check: () => ({ problems: m[XCHECKPOINT] !== 0 && m.reduce((sum, word) => (sum + word) | 0, 0) % 7 === 0 ? [{ code: 'FOOLED', message: 'the sum' }] : [] }),
    });
    const options = { scenario: wholeCycleGo, makeOracle };
    const { failure } = searchFor({ ...options, seed: 11 });
    expect(failure).toMatchObject({ verdict: 'invariant', facts: ['FOOLED: the sum'], thread: 'the watcher' });
    const again = searchFor({ ...options, seed: failure!.seed, strategy: failure!.strategy, executions: 1 });
    expect(again.failure).toMatchObject({ facts: failure!.facts, execution: { traceHash: failure!.execution.traceHash } });
  });

  it.each([
    ['a deadlock', (used: Core, m: Int32Array) => used.notesleep(m, 100), 'deadlock', 'M0 sleeps on '],
    ['a livelock', (used: Core, m: Int32Array) => spin(used, m), 'step-limit', 'world running'],
    ['a fatal', (used: Core, m: Int32Array) => used.unlock(m, 5000, 100), 'invariant', 'UNLOCK_OF_FOREIGN_LOCK '],
    ['an access outside', (used: Core, m: Int32Array) => used.noteclear(m, -5), 'exception', 'access outside the shared memory'],
  ] as const)('is %s, reported in words', (_, run, verdict, fact) => {
    const { failure } = searchFor({ scenario: scenarioOf(run) });
    expect(failure).toMatchObject({ verdict, seed: 1 });
    const [headline, ...facts] = explainFailure(failure!);
    expect(headline).toMatch(/:$/);
    expect(facts.join('\n')).toContain(fact);
  });

  it('is reported with the shortest command that repeats it', () => {
    const what = { scenario: wholeCycleGo, knobs: knobsOf(wholeCycleGo), seed: 9, strategy: 'random:100' };
    expect(repeatCommand(what)).toBe('sweepgen explore whole-cycle --seed 9 --strategy random:100 --executions 1');
    expect(repeatCommand({ ...what, knobs: knobsOf(wholeCycleGo, { procs: 2 }), mutant: 'x' })).toBe(
      'sweepgen explore whole-cycle --seed 9 --strategy random:100 --executions 1 --procs 2 --mutant x',
    );
  });
});

function* spin(used: Core, m: Int32Array): Coroutine<void> {
  for (;;) yield* used.noteclear(m, 100);
}
