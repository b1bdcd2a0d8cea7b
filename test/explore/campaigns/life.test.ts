/** Whether a campaign runs, as its log shows it. */
import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lifeOf } from '../../../src/explore/campaigns/life.ts';
import { readLog } from '../../../src/explore/campaigns/read-log.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { HEADER, useLogs } from './logs.ts';

const logPath = useLogs();
/** Seconds since the epoch. */
const WRITTEN = 1_000_000;

describe('a campaign', () => {
  it.each([[3, 'running'], [59, 'running'], [61, 'silent'], [-5, 'running']] as const)('whose last line is %d s old, and no end, is %s', (age, life) => {
    createLog(logPath(), HEADER);
    utimesSync(logPath(), WRITTEN, WRITTEN);
    expect(lifeOf(logPath(), readLog(logPath()), (WRITTEN + age) * 1000)).toEqual({ life, silentSeconds: Math.max(0, age) });
  });

  it('that has logged its end has ended, however long ago', () => {
    createLog(logPath(), HEADER).end('time', 1);
    expect(lifeOf(logPath(), readLog(logPath())).life).toBe('ended');
  });
});
