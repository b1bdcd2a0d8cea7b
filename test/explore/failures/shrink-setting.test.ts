/** Shrinking the setting of a scenario: kept operations stay, groups go together, and the failure stays the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../src/base/root.ts';
import { investigate } from '../../../src/explore/failures/describe.ts';
import { failsAlike } from '../../../src/explore/failures/outcome.ts';
import { smallerSettings } from '../../../src/explore/failures/shrink-setting.ts';
import { Stand } from '../../../src/explore/failures/stand.ts';
import type { Operation, Operations } from '../../../src/explore/scenarios/operation.ts';
import { settingOf, type Knobs, type Scenario, type Setting } from '../../../src/explore/scenarios/scenario.ts';
import { makeStrategy } from '../../../src/explore/strategies/catalog.ts';
import { loadUserScenario } from '../../../src/explore/user-scenario.ts';

const KNOBS: Knobs = { procs: 2, rounds: 2 };
const OPERATIONS: Operations = [[['put', 1], ['put', 2], ['close']], [['take', 1], ['take', 2], ['look', 9]]];

function scenarioOf(more: Partial<Scenario>): Scenario {
  return { name: 'fake', summary: '', knobs: [{ name: 'procs', summary: '', values: [2] }, { name: 'rounds', summary: '', values: [2] }], operations: () => OPERATIONS, ...more } as Scenario;
}

/** Returns all settings that repeated shrinking reaches. */
function reachable(scenario: Scenario): Operations[] {
  const seen = new Map<string, Setting>([['', { knobs: KNOBS, operations: OPERATIONS }]]);
  for (const setting of seen.values()) for (const smaller of smallerSettings(scenario, setting)) seen.set(JSON.stringify(smaller.operations), smaller);
  return [...seen.values()].map(({ operations }) => operations);
}

const has = (operations: Operations, name: string, id?: number) => operations.flat().some(([word, arg]) => word === name && (id === undefined || arg === id));

describe('smaller settings', () => {
  it('omit any operation unless the scenario keeps it', () => {
    const all = reachable(scenarioOf({}));
    expect(all.some((each) => each.flat().length === 0)).toBe(true);
    expect(all.some((each) => !has(each, 'close') && has(each, 'put', 1))).toBe(true);
  });

  it('never omit a kept operation', () => {
    const all = reachable(scenarioOf({ keeps: ([name]) => name === 'close' }));
    expect(all.every((each) => has(each, 'close'))).toBe(true);
    expect(all.some((each) => each.flat().length === 1)).toBe(true);
  });

  it('omit a group of operations together, whichever threads have them', () => {
    const bond = ([name, id]: Operation) => (name === 'put' || name === 'take' ? id : undefined);
    const all = reachable(scenarioOf({ bond }));
    for (const each of all) for (const id of [1, 2]) expect(has(each, 'put', id)).toBe(has(each, 'take', id));
    expect(all.some((each) => has(each, 'put', 2) && !has(each, 'put', 1))).toBe(true);
  });

  it('keep the group of a kept operation', () => {
    const all = reachable(scenarioOf({ bond: ([, id]) => id, keeps: ([name, id]) => name === 'put' && id === 1 }));
    expect(all.every((each) => has(each, 'take', 1))).toBe(true);
    expect(all.some((each) => !has(each, 'take', 2))).toBe(true);
  });
});

const BUFFER = join(ROOT, 'test/fixtures/scenarios/bounded-buffer.mjs');
const loaded = await loadUserScenario(BUFFER, true);

describe('a lost wake-up in a bounded buffer', () => {
  const makeOracle = () => ({ forget() {}, check: () => ({ problems: [] }) });

  it('is shrunk to a lost wake-up: a program that wakes all threads does not wait in that setting', () => {
    const { core, scenario } = loaded;
    const whole = new Stand({ core, scenario, makeOracle }, settingOf(scenario));
    const failing = Array.from({ length: 60 }, (_, i) => i).filter((seed) => whole.run(makeStrategy('pct:3'), seed).outcome.verdict === 'deadlock').slice(0, 3);
    expect(failing.length).toBe(3);
    for (const seed of failing) {
      const { artefact, outcome } = investigate({ scenario, setting: settingOf(scenario), strategy: makeStrategy('pct:3'), seed }, { core: loaded, makeOracle });
      expect(outcome.verdict).toBe('deadlock');
      const knobs = { ...settingOf(scenario).knobs, ...artefact.knobs, fixed: 1 } as unknown as Knobs;
      const operations = (artefact.operations ?? scenario.operations!(knobs)) as Operations;
      const fixed = new Stand({ core, scenario, makeOracle }, { knobs, operations });
      expect(fixed.replay([]).outcome.verdict).not.toBe('deadlock');
      for (let other = 1; other <= 30; other++) expect(fixed.run(makeStrategy('random:10'), other).outcome.verdict).not.toBe('deadlock');
    }
  });

  it('differs from a failure whose threads wait elsewhere on the same word', () => {
    const { core, scenario } = loaded;
    const setting = settingOf(scenario);
    const lost = new Stand({ core, scenario, makeOracle }, setting).run(makeStrategy('pct:3'), 1).outcome;
    const full = new Stand({ core, scenario, makeOracle }, { ...setting, operations: [[], ...setting.operations.slice(1)] }).replay([]).outcome;
    expect([lost.verdict, full.verdict]).toEqual(['deadlock', 'deadlock']);
    expect(full.facts.slice(0, 2)).toEqual(['M1 sleeps on SEQ', 'M2 sleeps on SEQ']);
    expect(failsAlike(lost, full)).toBe(false);
    expect(failsAlike(lost, lost)).toBe(true);
  });

  it('takes the groups of operations from the module of its scenario', () => {
    expect(readFileSync(BUFFER, 'utf8')).toContain('export function together');
    const { scenario } = loaded;
    for (const { operations } of smallerSettings(scenario, settingOf(scenario))) {
      const count = (name: string) => operations.flat().filter(([word]) => word === name).length;
      expect(count('put')).toBe(count('take'));
    }
  });
});
