/** The source as it is survives every scenario, and the scenarios do what they are for. */
import { describe, expect, it } from 'vitest';
import { loadCore } from '../../src/explore/load.ts';
import { RandomWalk } from '../../src/explore/strategies/random-walk.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { CANARIES, SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { settingOf } from '../../src/explore/scenarios/scenario.ts';
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
import { search } from './search.ts';

const { core } = await loadCore(false);

/** An execution is a whole collection, or several. */
function isLong(name: string): boolean {
  return name.startsWith('whole-cycle') || ['collect-at-once', 'statistics', 'by-the-clock', 'channels-crowd', 'conditions', 'deep-calls', 'typed-cycle', 'finalizers', 'finalizers-wake', 'finalizers-last', 'profile-sweep', 'traced', 'clock-alone', 'system-calls', 'channels-close', 'long-runs'].includes(name);
}

describe('the source as it is survives', () => {
  const runs = SCENARIOS.flatMap((scenario) =>
    scenario.knobs.find((knob) => knob.name === 'procs')!.values.map((procs) => ({
      scenario,
      procs,
      name: scenario.name,
      executions: isLong(scenario.name) ? 60 : 500,
    })),
  );
  it.each(runs)('$name on $procs Ps', ({ scenario, procs, executions }) => {
    const result = search({ core, scenario, setting: settingOf(scenario, { procs }), seed: 20140901, executions });
    expect(result.failure).toBeUndefined();
    expect(result.executions).toBe(executions);
    // The shortest have so few switches, a hundred accesses apart, that some come twice.
    // One M alone has one interleaving.
    if (procs > 1) expect(result.distinct).toBeGreaterThan(isLong(scenario.name) ? executions - 1 : executions / 2);
  });
});

it.each(CANARIES)('the canary $name fails', (scenario) => {
  const { failure } = search({ core, scenario, executions: 2000 });
  expect(scenario.mustFail).toBe(true);
  expect(failure?.verdict).toBe('invariant');
});

it.each(SCENARIOS.filter(({ operations }) => operations !== undefined))('of $name any operation can be left out', (scenario) => {
  const whole = settingOf(scenario);
  const candidates = whole.operations.flatMap((own, thread) => own.map((_, i) => ({ thread, i })));
  for (const { thread, i } of candidates.slice(0, 20)) {
    const operations = whole.operations.map((own, at) => (at === thread ? own.toSpliced(i, 1) : own));
    const { failure } = search({ core, scenario, setting: { ...whole, operations }, executions: 30 });
    expect(failure).toBeUndefined();
  }
});

describe('the small scenarios do what they are for', () => {
  function runMany(scenario: (typeof SCENARIOS)[number], runs: number, look: (m: Int32Array) => void): void {
    const prepared = scenario.prepare(core, settingOf(scenario), (m) => new Verifier(m));
    const explorer = new Explorer({ core, ...prepared, strategy: new RandomWalk(10) });
    for (let seed = 0; seed < runs; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      look(explorer.m);
    }
  }

  it.each([parforMany, parforWait])('$name: iterations are stolen', (scenario) => {
    let steals = 0;
    runMany(scenario, 50, (m) => (steals += m[MARKFOR + ParFor.at.xnsteal]));
    expect(steals).toBeGreaterThan(25);
  });

  it.each([workbufs, workbufsEnd])('$name: work is handed over, and waited for', (scenario) => {
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

describe('whole-cycle', () => {
  it.each([wholeCycleGo, wholeCycleTuned])('collects with several Ms, hands work over and sweeps beside the mutators ($name)', (scenario) => {
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
    for (let seed = 0; seed < 40; seed++) {
      expect(explorer.run(seed).verdict).toBe('ok');
      seen.collections += explorer.m[MSTATS + MStats.at.numgc];
    }
    expect(seen.collections).toBeGreaterThan(60);
    expect(seen.marked).toBe(seen.collections);
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
  });
});
