/** Joining the turns of one thread changes no execution. */
import { describe, expect, it } from 'vitest';
import { loadCore, type Core } from '../../src/explore/load.ts';
import { Explorer } from '../../src/explore/scheduler.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { settingOf, type Prepared } from '../../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../../src/explore/strategies/catalog.ts';
import type { Strategy } from '../../src/explore/strategy.ts';
import type { Execution } from '../../src/explore/execution.ts';
import { Verifier } from '../../src/verify/verifier.ts';

const EXECUTIONS = process.env.SWEEPGEN_NIGHTLY === undefined ? 2 : 40;

/** Returns the strategy without its choices ahead: the scheduler asks it at the end of every turn. */
function asked(spec: string): Strategy {
  const strategy = makeStrategy(spec);
  return Object.defineProperty(strategy, 'ahead', { value: undefined });
}

function explorerOf(core: Core, prepared: Prepared, strategy: Strategy): Explorer {
  return new Explorer({ core, ...prepared, strategy });
}

/** Returns what tells executions apart, with the final memory. */
function factsOf(explorer: Explorer, { error: _error, ...execution }: Execution) {
  return { ...execution, ran: [...explorer.ran], memory: explorer.m.slice() };
}

describe('an execution with joined turns is the same as without', async () => {
  const { core } = await loadCore(false);
  for (const scenario of SCENARIOS) {
    it(scenario.name, { timeout: 120_000 }, () => {
      for (const spec of ['uniform', 'random:3', 'random:10']) {
        const prepare = () => scenario.prepare(core, settingOf(scenario), (m, writes) => new Verifier(m, writes));
        const joined = explorerOf(core, prepare(), makeStrategy(spec));
        const single = explorerOf(core, prepare(), asked(spec));
        for (let seed = 1; seed <= EXECUTIONS; seed++) {
          const execution = joined.run(seed);
          const facts = factsOf(joined, execution);
          const expected = factsOf(single, single.run(seed));
          // Compared first, because a difference of whole memories is no readable message.
          expect({ ...facts, memory: null }, `${spec}, seed ${seed}`).toEqual({ ...expected, memory: null });
          expect(Buffer.compare(Buffer.from(facts.memory.buffer), Buffer.from(expected.memory.buffer)), `memory of ${spec}, seed ${seed}`).toBe(0);
        }
      }
    });
  }
});

describe('joining', async () => {
  const { core } = await loadCore(false);

  /** Returns how often `strategy` resumes a coroutine in some executions of the lock-free stack. */
  function resumptions(strategy: Strategy): number {
    let count = 0;
    const counting = { ...core, $resume: (...args: Parameters<Core['$resume']>) => (count++, core.$resume(...args)) };
    const scenario = SCENARIOS.find(({ name }) => name === 'lfstack')!;
    const explorer = explorerOf(counting, scenario.prepare(core, settingOf(scenario), () => ({ forget() {}, check: () => ({ problems: [] }) })), strategy);
    for (let seed = 1; seed <= 50; seed++) explorer.run(seed);
    return count;
  }

  it('saves resumptions', () => {
    expect(resumptions(makeStrategy('uniform'))).toBeLessThan(0.8 * resumptions(asked('uniform')));
    expect(resumptions(makeStrategy('random:10'))).toBeLessThan(0.8 * resumptions(asked('random:10')));
  });
});
