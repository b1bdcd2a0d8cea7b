/** A campaign whose log can't be written ends with its results, a message and an exit code of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { localPool } from '../../../src/explore/campaigns/local-pool.ts';
import { cli } from '../fakes.ts';

describe('fuzz, if the directory of its log is lost', () => {
  it('prints its table and ends with exit code 6', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-fuzz-log-'));
    const pool = localPool(() => performance.now());
    let slices = 0;
    const explorePool = () => ({
      ...pool,
      async runSlice(slice: Parameters<typeof pool.runSlice>[0]) {
        const result = await pool.runSlice(slice);
        // The disk of the log is unplugged.
        if (++slices === 2) rmSync(folder, { recursive: true });
        return result;
      },
    });
    const { code, out, err } = await cli(`fuzz mark-bits --seed 1 --executions 1000000 --seconds 3600 --log ${join(folder, 'n.jsonl')} --monitors none`, undefined, { explorePool });
    expect(code).toBe(6);
    expect(slices).toBe(2);
    expect(out).toMatch(/^mark-bits +[\d,]+/m);
    expect(err).toMatch(/^sweepgen: the log .*n\.jsonl can't be written: /);
  });
});
