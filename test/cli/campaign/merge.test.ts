/** `campaign merge`: one log of several campaigns, for every command that reads logs but fuzz --resume. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CampaignMergeDocument } from '../../../src/cli/campaign-merge-document.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { HEADER, TURN, useLogs } from '../../explore/campaigns/logs.ts';
import { resultOf } from '../../explore/slices.ts';
import { sweepgen } from '../../support/in-process.ts';

const logPath = useLogs();

/** Writes a log with a slice of ten seeds from `seed` on. */
function log(name: string, seed: number, mutant: string | null = null): string {
  const to = createLog(logPath(name), { ...HEADER, set: {}, mutant });
  to.slice({ ...TURN, seed }, resultOf({ executions: 10 }), 1, 10, []);
  to.end('time', 1);
  return logPath(name);
}

describe('campaign merge', () => {
  it('writes a log that status, html, view and verify take, and fuzz --resume refuses', async () => {
    const [a, b] = [log('a', 1), log('b', 100)];
    const week = logPath('week.jsonl');
    const { code, out, err } = await sweepgen(['campaign', 'merge', a, b, a, '--log', week]);
    expect([code, err]).toEqual([0, '']);
    expect(out.split('\n')).toEqual([
      `${a}: 1 slice of 10 executions`, `${b}: 1 slice of 10 executions`,
      `${a}: 0 slices of 0 executions; left out 1 slice of 10 executions, with seeds that were counted already`, `${week}: 3 campaigns, 2 slices of 20 executions`, '',
    ]);
    expect((await sweepgen(['campaign', 'status', week])).out).toMatch(/merged from 3 campaigns\nended [^]*\n20 executions/);
    for (const words of [['campaign', 'html', week], ['view', week]]) expect((await sweepgen([...words, '--html', logPath('x.html')])).code).toBe(0);
    expect(await sweepgen(['campaign', 'verify', week])).toMatchObject({ code: 0, out: 'the log has no failures\n' });
    expect(await sweepgen(['fuzz', '--log', week, '--resume'])).toMatchObject({ code: 2, err: expect.stringContaining('is merged from 3 campaigns') });
  });

  it('prints what it took as a JSON document', async () => {
    const { out } = await sweepgen(['campaign', 'merge', log('a', 1), log('b', 6), '--log', logPath('c'), '--json']);
    expect(CampaignMergeDocument.parse(JSON.parse(out))).toMatchObject({ log: logPath('c'), merged: 2, logs: [{ executions: 10 }, { executions: 0, leftOut: { slices: 1, executions: 10, partly: 1 } }] });
  });

  it('overwrites no file, and leaves none behind if a log does not fit or is broken', async () => {
    const a = log('a', 1);
    const before = readFileSync(a, 'utf8');
    expect(await sweepgen(['campaign', 'merge', a, '--log', a])).toMatchObject({ code: 2, err: expect.stringContaining('already; name another file for the merged log') });
    expect(readFileSync(a, 'utf8')).toBe(before);
    expect((await sweepgen(['campaign', 'merge', a, log('m', 1, 'mark-load-or-store'), '--log', logPath('out')])).err).toMatch(/has the mutant none, and .* mark-load-or-store; their counts would not add up/);
    writeFileSync(a, `${before}broken\n`);
    expect(await sweepgen(['campaign', 'merge', a, '--log', logPath('out')])).toMatchObject({ code: 2, err: expect.stringMatching(/a:4 is no line/) });
    expect(existsSync(logPath('out'))).toBe(false);
  });

  it('needs logs, and the name of the merged one', async () => {
    expect((await sweepgen(['campaign', 'merge', '--log', logPath()])).err).toMatch(/missing required argument 'logs'/);
    expect((await sweepgen(['campaign', 'merge', log('a', 1)])).err).toMatch(/required option '--log <file>' not specified/);
  });
});
