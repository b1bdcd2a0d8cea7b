/** `campaign status`: what the log of a campaign has come to. */
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CampaignStatusDocument } from '../../../src/cli/campaign-status-document.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { HEADER, TURN, useLogs } from '../../explore/campaigns/logs.ts';
import { STATION, failureOf, resultOf } from '../../explore/slices.ts';
import { cli } from '../fakes.ts';

const logPath = useLogs();
const SHRUNK = { line: 'v1:abc', preemptions: 2, steps: 1200, explanation: [], story: [], facts: ['A'], table: [] };
/** Clears the screen, sets the title, and overwrites the line. */
const EVIL = 'a\x1b[2J\x1b]0;t\x07\r\u202eb';

/** A log of a campaign on two machines, which found four kinds of failures. */
function written(): string {
  const log = createLog(logPath(), { ...HEADER, build: 'b0' });
  log.slice(TURN, resultOf({ executions: 300, seen: { open: 2, closed: 1 } }), 60, 290, ['locks: slept'], 'abcdef01', 'lab-1');
  log.slice({ ...TURN, seed: 400 }, resultOf({ executions: 100, seen: { open: 1, fails: 1, diverged: 1 } }), 100, 390, [], 'abcdef02', 'lab-2');
  log.failure(failureOf('open', { shrunk: SHRUNK }));
  for (const key of ['closed', 'fails', 'diverged']) log.failure(failureOf(key));
  for (const [key, state] of [['closed', 'fixed'], ['fails', 'fails'], ['diverged', 'diverged']] as const) log.verified({ key, state, sweepgen: '1.3', build: 'b1' });
  log.lost({ ...TURN, seed: 500 }, 'its workers died', 'abcdef03');
  log.end('interrupted', 100);
  log.offered({ ...TURN, seed: 600 }, 50, 'abcdef04');
  return logPath();
}

describe('campaign status', () => {
  it('shows executions, coverage, failures with their state, hosts, and slices without a result', async () => {
    const { code, out, err } = await cli(`campaign status ${written()}`);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^.*campaign\.jsonl: seed 9, by portfolio, sweepgen 1\.2\.3 \(build b0\)\nrunning: the last line was written .* s ago; 1 part before: interrupted after 100 s\n/);
    expect(out).toContain('400 executions (4.00 a second), 390 distinct interleavings, 200 accesses in 100 s\n1 slice of 50 executions offered to workers, without a result so far\n1 slice set aside without a result\n');
    expect(out).toMatch(/^mark-bits +400 /m);
    expect(out).toMatch(/^open +3 +2 preemptions, 1,200 accesses +open$/m);
    expect(out).toMatch(/^closed +1 +– +closed: fixed on 1\.3 \(build b1\)$/m);
    expect(out).toMatch(/^fails +1 +– +open: fails on 1\.3 \(build b1\)$/m);
    expect(out).toMatch(/^diverged +1 +– +open: the recording does not fit on 1\.3 \(build b1\)$/m);
    expect(out).toMatch(/^host +slices +executions +share\nlab-1 +1 +300 +75 %\nlab-2 +1 +100 +25 %$/m);
  });

  it('prints the same as a JSON document', async () => {
    const { code, out } = await cli(`campaign status ${written()} --json`);
    expect(code).toBe(0);
    expect(CampaignStatusDocument.parse(JSON.parse(out))).toMatchObject({
      log: logPath(), build: 'b0', merged: null, life: 'running', seconds: 100, parts: [{ ending: 'interrupted', seconds: 100 }], lost: 1, owed: { slices: 1, executions: 50 },
      scenarios: [{ executions: 400, failures: { open: 3, closed: 1, fails: 1, diverged: 1 } }], edges: { passed: ['locks: slept'] },
      failures: [
        { key: 'open', times: 3, shrunk: { preemptions: 2, steps: 1200 }, closed: false, verified: null, repeat: 'sweepgen replay v1:abc' },
        { key: 'closed', closed: true, verified: { state: 'fixed', sweepgen: '1.3', build: 'b1' }, shrunk: null, repeat: 'sweepgen explore …' },
        { key: 'fails', closed: false }, { key: 'diverged', closed: false },
      ],
      hosts: [{ host: 'lab-1', slices: 1, executions: 300 }, { host: 'lab-2', slices: 1, executions: 100 }],
    });
  });

  it('shows the memory models with their executions, and the older values of a shrunk failure', async () => {
    const log = createLog(logPath(), { ...HEADER, memories: ['tso', 'js'] });
    log.slice({ ...TURN, station: { ...STATION, memory: 'js' } }, resultOf({ executions: 300 }), 60, 290, []);
    log.failure(failureOf('open', { shrunk: { ...SHRUNK, values: 1 } }));
    const { out } = await cli(`campaign status ${logPath()}`);
    expect(out).toMatch(/^.*campaign\.jsonl: seed 9, by portfolio, under tso \(0 executions\) and js \(300 executions\), sweepgen /);
    expect(out).toContain('2 preemptions, 1 older value, 1,200 accesses');
    expect(JSON.parse((await cli(`campaign status ${logPath()} --json`)).out).memories).toEqual([{ memory: 'tso', executions: 0 }, { memory: 'js', executions: 300 }]);
  });

  it('tells a campaign that ended from one that fell silent', async () => {
    const log = createLog(logPath(), HEADER);
    utimesSync(logPath(), 1000, 1000);
    expect((await cli(`campaign status ${logPath()}`)).out).toMatch(/^silent: the last line was written .* h ago, and no end; it was killed, or waits for workers$/m);
    log.end('time', 3600);
    expect((await cli(`campaign status ${logPath()}`)).out).toMatch(/^ended .* ago; 1 part: time after 60 min$/m);
  });

  it('leaves the log as it is, even with an incomplete line', async () => {
    const text = `${readFileSync(written(), 'utf8')}{"type":"sli`;
    writeFileSync(logPath(), text);
    expect((await cli(`campaign status ${logPath()}`)).code).toBe(0);
    expect(readFileSync(logPath(), 'utf8')).toBe(text);
  });

  it('prints nothing that controls the terminal', async () => {
    const log = createLog(logPath(), { ...HEADER, sweepgen: EVIL, build: EVIL, strategy: EVIL, mutant: EVIL, scenarios: [EVIL] });
    const station = { ...STATION, scenario: EVIL };
    log.slice({ ...TURN, station }, { ...resultOf(), covered: EVIL, seen: { [EVIL]: 1 } }, 1, 1, [EVIL], undefined, EVIL);
    log.failure(failureOf(EVIL, { station }));
    log.verified({ key: EVIL, state: 'fixed', sweepgen: EVIL, build: EVIL });
    const { code, out } = await cli(`campaign status ${logPath()}`);
    expect(code).toBe(0);
    expect(out).toContain('\\x1b[2J');
    expect(out).not.toMatch(/[^\n\P{Cc}]|\p{Cf}/u);
  });

  it.each([
    ['campaign status', /missing required argument 'log'/],
    ['campaign status ./absent.jsonl', /the log \.\/absent\.jsonl can't be read: there is no such file/],
    ['campaign status package.json', /package\.json is no log of a campaign/],
  ])('refuses "%s"', async (line, sentence) => {
    const { code, out, err } = await cli(line);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(sentence);
  });
});
