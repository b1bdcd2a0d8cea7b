/** A campaign over a queue whose log is on a full disk. */
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { writeFully } from '../../../src/base/write-fully.ts';
import { checkLog, runOver } from './campaign-parts.ts';

vi.mock('../../../src/base/write-fully.ts', async (original) => {
  const real = await original<{ writeFully: typeof writeFully }>();
  return { writeFully: vi.fn(real.writeFully) };
});

describe('a campaign over a queue, on a full disk', () => {
  // The first lines are the header and offers; then come slices, failures and further offers.
  it.each([2, 5, 9, 10, 11, 12, 20, 30])('ends when line %i of its log does not fit, and counts each slice once when it goes on', async (line) => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-full-'));
    const path = join(folder, 'log.jsonl');
    const real = vi.mocked(writeFully).getMockImplementation()!;
    let lines = 0;
    vi.mocked(writeFully).mockImplementation((fd, bytes) => {
      if (++lines < line) return real(fd, bytes);
      writeSync(fd, String(bytes).slice(0, 9));
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    });
    const { ending, error } = await runOver(folder, path, { executions: 2000 });
    expect([ending, error?.message]).toEqual(['log lost', expect.stringMatching(/no space is left on the device; its earlier lines are intact$/)]);
    vi.mocked(writeFully).mockImplementation(real);
    const before = checkLog(path);
    await runOver(folder, path, { executions: 1000 });
    await runOver(folder, path, { executions: 1000 });
    expect(checkLog(path)).toBeGreaterThanOrEqual(before + 2000);
    rmSync(folder, { recursive: true });
  });
});
