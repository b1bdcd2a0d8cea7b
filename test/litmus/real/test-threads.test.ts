import { afterAll, describe, expect, it } from 'vitest';
import { allowedBy } from '../../../src/litmus/judge.ts';
import { CATALOG } from '../../../src/litmus/catalog.ts';
import { TestThreads } from '../../../src/litmus/real/test-threads.ts';
import { Stopped } from '../../../src/run/errors.ts';

const threads = new TestThreads();
afterAll(() => threads.close());

describe('threads', () => {
  it.each(['SB', 'IRIW', 'CoWW', 'tear-64'])('run %s, and see only what the specification allows', async (name) => {
    const test = CATALOG.find((each) => each.name === name)!;
    const progress: number[] = [];
    const { counts, rounds } = await threads.run(test, { rounds: 5000, ms: 60_000, seed: 1, onProgress: (made) => progress.push(made) });
    expect(rounds).toBeGreaterThanOrEqual(5000);
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(rounds);
    expect(progress.at(-1)).toBe(rounds);
    const allowed = allowedBy(test, 'js');
    expect([...counts.keys()].filter((key) => !allowed.has(key))).toEqual([]);
  });

  it('end when they are stopped', async () => {
    const stop = new AbortController();
    const stopped = new TestThreads(stop.signal);
    const run = stopped.run(CATALOG[0], { rounds: 1e9, ms: 600_000, seed: 1, onProgress: () => stop.abort() });
    await expect(run).rejects.toThrow(Stopped);
    await stopped.close();
  });
});
