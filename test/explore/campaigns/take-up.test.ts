/** A campaign that goes on with its log. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closedIn, readLog } from '../../../src/explore/campaigns/read-log.ts';
import { appendTo } from '../../../src/explore/campaigns/write-log.ts';
import { checkLog, runHere } from './campaign-parts.ts';
import { useLogs } from './logs.ts';

const logPath = useLogs();

/** Failures in the log, each line. */
function failureLines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; key: string }).filter(({ type }) => type === 'failure').map(({ key }) => key);
}

describe('a campaign that goes on', () => {
  it('logs a closed kind of failure again, and no other kind', async () => {
    const path = logPath();
    await runHere(path, { executions: 2000 });
    const [closed, ...others] = readLog(path).failures.map(({ key }) => key);
    expect(others.length).toBeGreaterThan(0);
    appendTo(path, readLog(path)).verified({ key: closed, state: 'fixed', sweepgen: '2', build: 'b' });
    expect(closedIn(readLog(path))).toEqual([closed]);
    const before = failureLines(path);
    await runHere(path, { executions: 2000 });
    expect(failureLines(path).slice(before.length)).toEqual([closed]);
    expect(closedIn(readLog(path))).toEqual([]);
    expect(checkLog(path)).toBe(4000);
  });
});
