/** The source gives no monitor cause to object. */
import { describe, expect, it } from 'vitest';
import { Violation } from '../../../src/explore/execution.ts';
import { loadCore } from '../../../src/explore/load.ts';
import { MONITOR_NAMES, makeMonitors } from '../../../src/explore/monitors/catalog.ts';
import { SCENARIOS } from '../../../src/explore/scenarios/catalog.ts';
import { seeds } from '../../support/nightly.ts';
import { watch } from './watch.ts';

const loaded = await loadCore(true);

describe('no monitor', () => {
  it.each(SCENARIOS.map(({ name }) => name))('objects to %s', (name) => {
    // Executions take three strategies in turn.
    const execution = watch(loaded, name, MONITOR_NAMES, seeds(3, 21));
    expect(execution === undefined ? [] : (execution.error as Violation).facts).toEqual([]);
  });
});

describe('the registry of monitors', () => {
  it('refuses a name that it does not have, and lists those it has', () => {
    expect(() => makeMonitors(loaded.core, loaded.sites, ['lock-odor'])).toThrow('lock-order');
  });
});
