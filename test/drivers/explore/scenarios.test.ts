/** The source as it is survives every scenario, and the scenarios do what they are for. */
import { describe, expect, it } from 'vitest';
import { runCampaign } from '../../../src/drivers/explore/campaign.ts';
import { loadCore } from '../../../src/drivers/explore/load.ts';
import { RandomWalk } from '../../../src/drivers/explore/strategies/random-walk.ts';
import { Explorer } from '../../../src/drivers/explore/scheduler.ts';
import { SCENARIOS } from '../../../src/drivers/explore/scenarios/catalog.ts';
import { settingOf } from '../../../src/drivers/explore/scenarios/scenario.ts';
import { wholeCycleGo, wholeCycleTuned } from '../../../src/drivers/explore/scenarios/whole-cycle.ts';
import { CHECKPOINT } from '../../../src/gc/doorbell.ts';
import { NPROC, XNWAIT } from '../../../src/gc/work.ts';
import { GCStats, M, mAt } from '../../../src/machine/m.ts';
import { MSTATS, MStats } from '../../../src/malloc/mstats.ts';
import { SWEEP, Sweep } from '../../../src/malloc/sweep.ts';
import { Verifier } from '../../../src/verify/verifier.ts';

const { core } = await loadCore(false);

/** An execution is a whole collection, or several. */
function isLong(name: string): boolean {
  return name.startsWith('whole-cycle') || ['collect-at-once', 'statistics', 'finalizers', 'finalizers-wake', 'profile-sweep'].includes(name);
}

describe('the source as it is survives', () => {
  const runs = SCENARIOS.flatMap((scenario) =>
    scenario.knobs.find((knob) => knob.name === 'procs')!.values.map((procs) => ({
      scenario,
      procs,
      name: scenario.name,
      executions: isLong(scenario.name) ? 40 : 200,
    })),
  );
  it.each(runs)('$name on $procs Ps', async ({ scenario, procs, executions }) => {
    const result = await runCampaign({
      core,
      scenario,
      setting: settingOf(scenario, { procs }),
      makeOracle: (m) => new Verifier(m),
      seed: 20140901,
      executions,
      now: () => performance.now(),
    });
    expect(result.failure).toBeUndefined();
    expect(result.executions).toBe(executions);
    // The shortest are so short that some executions are alike.
    expect(result.distinct).toBeGreaterThan(executions / 2);
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
