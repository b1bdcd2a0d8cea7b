import { availableParallelism } from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CONFIG, Config } from '../../src/memory/config.ts';
import { planMachine } from '../../src/run/shape.ts';
import { osyield } from '../../src/sync/os.ts';
import { bootCore } from '../support/core-machine.ts';

afterEach(() => vi.restoreAllMocks());

describe('osyield', () => {
  it('sleeps where threads share cores, and else spins', () => {
    const { m } = bootCore();
    const wait = vi.spyOn(Atomics, 'wait');
    osyield(m);
    expect(wait).toHaveBeenCalledTimes(1);
    m[CONFIG + Config.at.hasCores] = 1;
    osyield(m);
    expect(wait).toHaveBeenCalledTimes(1);
  });
});

describe('a machine', () => {
  it.each([[availableParallelism(), true], [availableParallelism() + 1, false]])('with %i Ps knows whether each has a core: %s', (procs, hasCores) => {
    const { shape } = planMachine({ procs }, { goroutines: 1, globals: 0, arenaBytes: 4 << 20 });
    expect(shape.hasCores).toBe(hasCores);
  });
});
