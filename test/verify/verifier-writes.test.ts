/** A verifier that keeps what no write has changed reports exactly what one reports that reads everything. */
import { beforeAll, describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/explore/campaigns/settings.ts';
import { findScenario } from '../../src/explore/find.ts';
import { loadCore, type Core } from '../../src/explore/load.ts';
import { wholeCycleGo } from '../../src/explore/scenarios/whole-cycle.ts';
import { SCENARIOS } from '../../src/explore/scenarios/catalog.ts';
import { settingOf, type MakeOracle, type Scenario, type Setting } from '../../src/explore/scenarios/scenario.ts';
import { Session } from '../../src/explore/session.ts';
import { CHECKPOINT } from '../../src/gc/doorbell.ts';
import { Span } from '../../src/heap/span.ts';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { WRITE_SHIFT, WRITTEN } from '../../src/memory/write-flags.ts';
import { MUTANTS } from '../../src/mutants/catalog.ts';
import { Verifier, type VerifyReport } from '../../src/verify/verifier.ts';
import { sampled, seeds } from '../support/nightly.ts';

/** What both verifiers must agree on: all but the number of checks. */
function told({ point, problems, unlisted }: VerifyReport) {
  return { point, problems, unlisted };
}

/** Two verifiers of one memory: one reads everything, one keeps what `writes` allows. */
class Both {
  checks = 0;
  broken = 0;
  readonly #all: Verifier;
  readonly #keeping: Verifier;

  constructor(m: Int32Array, writes: Uint8Array) {
    this.#all = new Verifier(m);
    this.#keeping = new Verifier(m, writes);
  }

  forget(): void {
    this.#all.forget();
    this.#keeping.forget();
  }

  check(point: number): VerifyReport {
    const report = this.#all.check(point);
    expect(told(this.#keeping.check(point))).toEqual(told(report));
    this.checks++;
    if (report.problems.length > 0) this.broken++;
    return report;
  }
}

interface Seen {
  checks: number;
  broken: number;
}

/** Runs executions, each with the next seed, and compares the verifiers at every checkpoint. A failed execution does not end them. */
function compare(core: Core, scenario: Scenario, setting: Setting, executions: number, strategy: string): Seen {
  const pairs: Both[] = [];
  const makeOracle: MakeOracle = (m, writes) => {
    const both = new Both(m, writes);
    pairs.push(both);
    return both;
  };
  const session = new Session({ core, prepared: scenario.prepare(core, setting, makeOracle), strategy });
  for (let seed = 1; seed <= executions; seed++) {
    const { error } = session.run(seed);
    // A difference is thrown in the middle of the execution.
    if (error instanceof Error && error.name === 'AssertionError') throw error;
  }
  return { checks: pairs.reduce((sum, { checks }) => sum + checks, 0), broken: pairs.reduce((sum, { broken }) => sum + broken, 0) };
}

let core: Core;
beforeAll(async () => {
  ({ core } = await loadCore(false));
});

describe('a verifier that keeps what no write has changed', () => {
  const settings = SCENARIOS.flatMap((scenario) => settingsOf(scenario, {}).map((knobs) => ({ scenario, knobs, name: `${scenario.name} ${JSON.stringify(knobs)}` })));

  it('finds what a verifier that reads everything finds, in executions of all scenarios', () => {
    let checks = 0;
    for (const { scenario, knobs } of sampled(settings, 5)) {
      for (const strategy of ['random:10', 'pct:3']) checks += compare(core, scenario, settingOf(scenario, knobs), seeds(4, 20), strategy).checks;
    }
    expect(checks).toBeGreaterThan(1000);
  });

  it('finds the same in executions of mutants', async () => {
    let broken = 0;
    for (const mutant of sampled(MUTANTS, 45)) {
      const { core: mutated } = await loadCore(false, mutant);
      for (const name of mutant.scenarios) {
        const scenario = findScenario(name);
        broken += compare(mutated, scenario, settingOf(scenario), seeds(60, 200), 'portfolio').broken;
      }
    }
    expect(broken).toBeGreaterThan(10);
  });

  it('sees any word that changes, at either checkpoint', () => {
    const moments = momentsOf(core);
    const { m, writes, both, go } = replayer(moments);
    const chosen = moments.map((_, i) => i).filter((i) => i % 3 > 0);
    for (const moment of chosen) {
      go(moment);
      const { point } = moments[moment];
      for (const word of wordsToChange(m, moment)) {
        const before = m[word];
        // Sets a bit, clears a word, or copies a neighbour, which may be a legal pointer.
        m[word] = [before ^ (1 << (word & 31)), before === 0 ? 1 : 0, m[word ^ 1]][word % 3];
        writes[word >> WRITE_SHIFT] = WRITTEN;
        both.check(point);
        m[word] = before;
        writes[word >> WRITE_SHIFT] = WRITTEN;
        both.check(point);
      }
    }
    expect(both.broken).toBeGreaterThan(100);
  });
});

/** Returns all words of the span records, and some of the others: from another one on at each moment. */
function wordsToChange(m: Int32Array, moment: number): number[] {
  const step = seeds(211, 7);
  const records = m[CONFIG + Config.at.spans];
  const words = Array.from({ length: RECORDS * Span.words }, (_, i) => records + i);
  for (let word = (moment * 7) % step; word < m.length; word += step) words.push(word);
  return words;
}

/** Span records that are in use, about. */
const RECORDS = 12;

/** A memory at a checkpoint, and its write flags. */
interface Moment {
  readonly point: number;
  readonly memory: Int32Array;
  readonly flags: Uint8Array;
}

/** Returns the memory at each checkpoint of an execution of a whole cycle. */
function momentsOf(of: Core): Moment[] {
  const moments: Moment[] = [];
  const makeOracle: MakeOracle = (m, writes) => ({
    forget() {},
    check(point) {
      moments.push({ point, memory: m.slice(), flags: writes.slice() });
      writes.fill(0);
      return { problems: [] };
    },
  });
  const prepared = wholeCycleGo.prepare(of, settingOf(wholeCycleGo), makeOracle);
  new Session({ core: of, prepared, strategy: 'random:10' }).run(80);
  expect(new Set(moments.map(({ point }) => point))).toEqual(new Set([CHECKPOINT.swept, CHECKPOINT.marked]));
  return moments;
}

/** Returns a memory that `go` takes from one moment to the next, with both verifiers of it. */
function replayer(moments: readonly Moment[]) {
  const m = new Int32Array(moments[0].memory.length);
  const writes = new Uint8Array(moments[0].flags.length);
  const both = new Both(m, writes);
  let next = 0;
  return {
    m,
    writes,
    both,
    go(to: number): void {
      for (; next <= to; next++) {
        m.set(moments[next].memory);
        writes.set(moments[next].flags);
        expect(both.check(moments[next].point).problems).toEqual([]);
      }
    },
  };
}
