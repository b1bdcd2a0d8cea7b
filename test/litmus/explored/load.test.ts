import { describe, expect, it } from 'vitest';
import { loadLitmusScenario } from '../../../src/litmus/explored/load.ts';
import { MEMORY_BYTES, MOST_THREADS } from '../../../src/litmus/program.ts';

describe('the scenario of litmus tests', () => {
  it('has the threads and the memory of a program, and the hooks of weak models', async () => {
    const { core, scenario } = await loadLitmusScenario();
    expect([core.threads!.length, core.memoryAtEnd.length, core.$hooked]).toEqual([MOST_THREADS, MEMORY_BYTES, true]);
    expect(scenario.knobs).toEqual([{ name: 'procs', summary: 'threads', values: [MOST_THREADS] }]);
  });
});
