/** The lab's mark loop with every combination of its knobs, under chosen interleavings. */
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../../../src/explore/campaigns/settings.ts';
import { loadCore } from '../../../src/explore/load.ts';
import { markBitsLab, markMixedLab } from '../../../src/explore/scenarios/mark-bits.ts';
import { LAB_KNOBS } from '../../../src/explore/scenarios/lab-knobs.ts';
import { settingOf, type Knobs } from '../../../src/explore/scenarios/scenario.ts';
import { wholeCycleLab } from '../../../src/explore/scenarios/whole-cycle.ts';
import { seeds } from '../../support/nightly.ts';
import { search } from '../search.ts';

const { core } = await loadCore(false);

const describeMeans = (knobs: Knobs) => LAB_KNOBS.map(({ name }) => `${name} ${knobs[name]}`).join(', ');
const machines = settingsOf(markBitsLab, { procs: 3 }).map((knobs) => ({ knobs, means: describeMeans(knobs) }));

describe('the knobs of the lab', () => {
  it('have two values each', () => {
    expect(new Set(machines.map(({ means }) => means)).size).toBe(2 ** LAB_KNOBS.length);
  });
});

describe.each(machines)('$means', ({ knobs }) => {
  it.each([
    { scenario: markBitsLab, executions: seeds(10, 60) },
    { scenario: markMixedLab, executions: seeds(5, 60) },
    { scenario: wholeCycleLab, executions: seeds(1, 6) },
  ])('survives $scenario.name', ({ scenario, executions }) => {
    const result = search({ core, scenario, setting: settingOf(scenario, knobs), seed: 20140901, executions });
    expect(result.failure).toBeUndefined();
    expect(result.executions).toBe(executions);
  });
});
