/** Threads' clocks agree although one was suspended while it read them. */
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
  vi.resetModules();
});

describe('the origin of the clock', () => {
  it('is the same in every thread, also if a thread is suspended while reading it', async () => {
    const { nanotime: right } = await import('../../src/base/clock.ts');
    vi.resetModules();
    const read = performance.now.bind(performance);
    const SUSPENDED_MS = 500;
    let calls = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => read() + (calls++ === 0 ? SUSPENDED_MS : 0));
    const { nanotime } = await import('../../src/base/clock.ts');
    const before = right();
    const then = nanotime();
    const after = right();
    // The two origins differ by what a reading takes, which is far less than the suspension.
    expect(then).toBeGreaterThan(before - (SUSPENDED_MS / 2) * 1e6);
    expect(then).toBeLessThan(after + (SUSPENDED_MS / 2) * 1e6);
  });
});
