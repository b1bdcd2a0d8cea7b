/** A campaign goes on from its log: on this machine, over a queue, and back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLog } from '../../../src/explore/campaigns/read-log.ts';
import type { Failure } from '../../../src/explore/campaigns/slice.ts';
import { checkLog, runHere, runOver } from './campaign-parts.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-parts-'));
  path = join(folder, 'log.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Slices that were offered and have no result. */
const owed = (): number => readLog(path).owed.length;

describe('a campaign', () => {
  it('that began in-process goes on over a queue, and back', async () => {
    const reported: Failure[] = [];
    await runHere(path, { executions: 1000, reported });
    expect(checkLog(path)).toBe(1000);
    await runOver(folder, path, { executions: 2000, slices: 5, reported });
    expect(owed()).toBeGreaterThan(0);
    checkLog(path);
    const rest = readLog(path).owed.reduce((sum, { executions }) => sum + executions, 0);
    const before = checkLog(path);
    await runHere(path, { executions: 1000, reported });
    expect([checkLog(path), owed()]).toEqual([before + rest + 1000, 0]);
    const keys = reported.filter(({ shrunk }) => shrunk !== null).map(({ key }) => key);
    expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  });

  it('that was interrupted over a queue goes on over it any number of times', async () => {
    for (let parts = 0; parts < 5; parts++) await runOver(folder, path, { executions: 1000, slices: 3 });
    const before = checkLog(path);
    const rest = readLog(path).owed.reduce((sum, { executions }) => sum + executions, 0);
    await runOver(folder, path, { executions: 500 });
    expect([checkLog(path), owed()]).toEqual([before + rest + 500, 0]);
  });

  it('goes on with another build, which has other names for the same slices', async () => {
    for (const build of ['b1', 'b2', 'b3']) {
      await runOver(folder, path, { executions: 1000, slices: 3, build });
      if (build === 'b1') expect(owed()).toBeGreaterThan(0);
      checkLog(path);
    }
    const rest = readLog(path).owed.reduce((sum, { executions }) => sum + executions, 0);
    const before = checkLog(path);
    await runOver(folder, path, { executions: 100, build: 'b4' });
    expect([checkLog(path), owed()]).toEqual([before + rest + 100, 0]);
  });
});
