/** The source survives every scenario, and the scenarios exercise what they are for. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../src/explore/load.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { CANARIES, SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { settingOf, type Scenario, type Setting } from '../../src/explore/scenarios/scenario.ts';
import { wholeCycleGo, wholeCycleTuned } from '../../src/explore/scenarios/whole-cycle.ts';
import { parforMany, parforWait } from '../../src/explore/scenarios/parfor.ts';
import { workbufs, workbufsEnd } from '../../src/explore/scenarios/workbufs.ts';
import { MARKFOR, ParFor } from '../../src/sync/parfor.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { NPROC, XNWAIT } from '../../src/gc/work.ts';
import { GCStats, M, mAt } from '../../src/machine/m.ts';
import { MSTATS, MStats } from '../../src/malloc/mstats.ts';
import { SWEEP, Sweep } from '../../src/malloc/sweep.ts';
import { Verifier } from '../../src/verify/verifier.ts';
import { seeds } from '../support/nightly.ts';
import { search } from './search.ts';

const { core } = await loadCore(false);
const NO_ORACLE = { forget() {}, check: () => ({ problems: [] }) };

/** The most accesses and executions of one setting, and the least executions. */
const ACCESSES = seeds(20_000, 600_000);
const MOST = seeds(25, 500);
const LEAST = seeds(3, 60);

describe('the source', () => {
  const runs = SCENARIOS.flatMap((scenario) => procsOf(scenario).map((procs) => ({ scenario, procs, name: scenario.name })));
  it.each(runs)('survives $name on $procs Ps', ({ scenario, procs }) => {
    const setting = settingOf(scenario, { procs });
    const executions = Math.max(LEAST, Math.min(MOST, Math.floor(ACCESSES / accessesOf(scenario, setting))));
    const result = search({ core, scenario, setting, seed: 20140901, executions });
    expect(result.failure).toBeUndefined();
    expect(result.executions).toBe(executions);
    // Short scenarios have so few switches that some interleavings repeat. One M alone has a single interleaving.
    if (procs > 1) expect(result.distinct).toBeGreaterThan(executions / 2);
  });

  function procsOf({ knobs }: Scenario): readonly number[] {
    return knobs.find(({ name }) => name === 'procs')!.values;
  }

  /** Accesses of one execution. */
  function accessesOf(scenario: Scenario, setting: Setting): number {
    return new Explorer({ core, ...scenario.prepare(core, setting, () => NO_ORACLE), strategy: new RandomWalk(10) }).run(1).steps;
  }
});

describe('a canary', () => {
  it.each(CANARIES)('fails: $name', (scenario) => {
    const { failure } = search({ core, scenario, executions: 2000 });
    expect(scenario.mustFail).toBe(true);
    expect(failure?.verdict).toBe('invariant');
  });

  it('is every scenario that must fail, and no other', () => {
    expect(CANARIES.length).toBeGreaterThan(0);
    expect(SCENARIOS.filter(({ mustFail }) => mustFail)).toEqual([]);
  });
});

describe('an operation', () => {
  const EXECUTIONS = seeds(2, 30);
  it.each(SCENARIOS.filter(({ operations }) => operations !== undefined))('of $name can be left out, whichever it is', (scenario) => {
    const whole = settingOf(scenario);
    const candidates = whole.operations.flatMap((own, thread) => own.map((_, i) => ({ thread, i })));
    for (const [n, { thread, i }] of candidates.entries()) {
      const operations = whole.operations.map((own, at) => (at === thread ? own.toSpliced(i, 1) : own));
      // Other seeds for each, so that each of the portfolio's strategies comes in turn.
      const { failure } = search({ core, scenario, setting: { ...whole, operations }, seed: n * EXECUTIONS, executions: EXECUTIONS });
      expect(failure, `without operation ${i} of thread ${thread}`).toBeUndefined();
    }
  });
});

describe('a small scenario', () => {
  function runMany(scenario: Scenario, runs: number, look: (m: Int32Array) => void): void {
    const prepared = scenario.prepare(core, settingOf(scenario), (m) => new Verifier(m));
    const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
    for (let seed = 0; seed < runs; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      look(explorer.m);
    }
  }

  it.each([parforMany, parforWait])('has iterations stolen: $name', (scenario) => {
    let steals = 0;
    runMany(scenario, 50, (m) => (steals += m[MARKFOR + ParFor.at.xnsteal]));
    expect(steals).toBeGreaterThan(25);
  });

  it.each([workbufs, workbufsEnd])('hands work off, and waits for it: $name', (scenario) => {
    const seen = { handoffs: 0, waits: 0 };
    runMany(scenario, 50, (m) => {
      for (let i = 0; i < settingOf(scenario).knobs.procs; i++) {
        const stats = mAt(m, i) + M.at.gcstats;
        seen.handoffs += m[stats + GCStats.at.nhandoff];
        seen.waits += m[stats + GCStats.at.nprocyield];
      }
    });
    expect(seen.handoffs).toBeGreaterThan(25);
    expect(seen.waits).toBeGreaterThan(25);
  });
});

describe('a whole cycle', () => {
  const RUNS = seeds(10, 40);
  it.each([wholeCycleGo, wholeCycleTuned])('collects with several Ms, hands work off, and sweeps while mutators run: $name', (scenario) => {
    const seen = { swept: 0, marked: 0, severalMs: 0, handoffs: 0, background: 0, collections: 0 };
    const prepared = scenario.prepare(core, settingOf(scenario, { procs: 3 }), (m) => ({
      forget() {},
      check(point) {
        if (point === CHECKPOINT.swept) seen.swept++;
        else seen.marked++;
        if (point === CHECKPOINT.marked && m[NPROC] > 1 && Atomics.load(m, XNWAIT) === m[NPROC]) seen.severalMs++;
        for (let i = 0; i < 3; i++) seen.handoffs += m[mAt(m, i) + M.at.gcstats + GCStats.at.nhandoff];
        seen.background += Atomics.load(m, SWEEP + Sweep.at.xnbgsweep);
        return { problems: [] };
      },
    }));
    const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
    for (let seed = 0; seed < RUNS; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      seen.collections += explorer.m[MSTATS + MStats.at.numgc];
    }
    expect(seen.collections).toBeGreaterThan(1.5 * RUNS);
    expect(seen.marked).toBe(seen.collections);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 10);
  });
});
