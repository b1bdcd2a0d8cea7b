/** The log of a campaign on a disk that is full. */
import { mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { writeFully } from '../../../src/base/write-fully.ts';
import { createLog, resumeLog } from '../../../src/explore/campaigns/write-log.ts';

vi.mock('../../../src/base/write-fully.ts', async (original) => {
  const real = await original<{ writeFully: typeof writeFully }>();
  return { writeFully: vi.fn(real.writeFully) };
});

describe('the log on a full disk', () => {
  it('removes a line that does not fit, takes no more, and can be resumed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-full-'));
    const path = join(folder, 'n.jsonl');
    const log = createLog(path, { sweepgen: '1', seed: 1, scenarios: ['mark-bits'], set: {}, strategy: 'pos', monitors: [], always: false, mutant: null });
    log.end('time', 1);
    const before = readFileSync(path, 'utf8');
    vi.mocked(writeFully).mockImplementationOnce((fd, bytes) => {
      writeSync(fd, String(bytes).slice(0, 9));
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
    });
    log.end('time', 2);
    expect(log.error?.message).toBe(`the log ${path} can't be written: no space is left on the device; its earlier lines are intact`);
    log.end('time', 3);
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(resumeLog(path).logged.header.seed).toBe(1);
    rmSync(folder, { recursive: true });
  });
});
