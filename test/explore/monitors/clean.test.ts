/** No monitor objects to the source as it is. */
import { describe, expect, it } from 'vitest';
import { Violation } from '../../../src/explore/execution.ts';
import { loadCore } from '../../../src/explore/load.ts';
import { MONITOR_NAMES, makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { watch } from './watch.ts';

const loaded = await loadCore(true);

describe('no monitor objects to', () => {
  it.each(SCENARIOS.map(({ name }) => name))('%s', (name) => {
    const execution = watch(loaded, name, MONITOR_NAMES, 21);
    expect(execution === undefined ? [] : (execution.error as Violation).facts).toEqual([]);
  });
});

it('an unknown monitor is an error', () => {
  expect(() => makeMonitors(loaded.core, loaded.sites, ['lock-odor'])).toThrow('lock-order');
});
