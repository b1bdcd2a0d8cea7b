/** The log of a campaign as a document, and as a report. */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FuzzDocument } from '../../src/cli/fuzz-document.ts';
import { documentOfLog } from '../../src/cli/fuzz-log-document.ts';
import { createLog } from '../../src/explore/campaigns/write-log.ts';
import { documentsIn } from '../../src/report/html.ts';
import { STATION, failureOf, resultOf } from '../explore/slices.ts';
import { sweepgen } from '../support/in-process.ts';

const MINE = './mine</script>\u202e.ts';
const HEADER = { sweepgen: '1.2.3', seed: 9, scenarios: ['lfstack', MINE], set: {}, strategy: 'portfolio', monitors: [], always: false, mutant: null };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sweepgen-log-'));
  path = join(folder, 'night.jsonl');
  const log = createLog(path, HEADER);
  const turn = (scenario: string, lane: number) => ({ station: { ...STATION, scenario }, lane, seed: 1 });
  log.slice(turn('lfstack', 0), resultOf({ executions: 7 }), 1.5, 6, ['lfstack: push retried']);
  log.slice(turn(MINE, 1), resultOf({ executions: 2, seen: { [`${MINE} invariant A`]: 2 } }), 2.5, 1, []);
  log.failure(failureOf(`${MINE} invariant A`, { station: { ...STATION, scenario: MINE } }));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the document of a log', () => {
  it('has what a campaign that runs has found so far', async () => {
    const document = FuzzDocument.parse(JSON.parse(await documentOfLog(path)));
    expect(document).toMatchObject({ seed: 9, jobs: 2, ending: 'running', seconds: 2.5, edges: { passed: ['lfstack: push retried'] } });
    expect(document.scenarios.map(({ scenario, executions }) => [scenario, executions])).toEqual([['lfstack', 7], [MINE, 2]]);
    expect(document.campaign!.series).toMatchObject({ atSeconds: [1.5, 2.5], executions: [7, 9], failures: [0, 1] });
    expect(document.campaign!.failures).toEqual([{ key: `${MINE} invariant A`, firstSeconds: 2.5, executions: 9, times: 2 }]);
  });

  it("knows what a built-in scenario could have passed, and does not run a user's to find out", async () => {
    const [builtIn, users] = FuzzDocument.parse(JSON.parse(await documentOfLog(path))).campaign!.scenarios;
    expect(builtIn.possible!.length).toBeGreaterThan(1);
    expect(users.possible).toBeNull();
  });
});

describe('sweepgen view', () => {
  it('draws a log, and leaves it as it is', async () => {
    const before = readFileSync(path, 'utf8');
    appendFileSync(path, '{"type":"sl');
    const html = join(folder, 'night.html');
    const { code, err } = await sweepgen(['view', path, '--html', html]);
    expect([code, err]).toEqual([0, '']);
    const [{ name, text }] = documentsIn(readFileSync(html, 'utf8'))!;
    expect(name).toBe(path);
    expect(JSON.parse(text)).toMatchObject({ command: 'fuzz', campaign: { series: { executions: [7, 9] } } });
    expect(readFileSync(path, 'utf8')).toBe(`${before}{"type":"sl`);
  });

  it('refuses a broken log with the line', async () => {
    writeFileSync(path, `${readFileSync(path, 'utf8')}{}\n`);
    const { code, err } = await sweepgen(['view', path, '--html', join(folder, 'night.html')]);
    expect(code).toBe(2);
    expect(err).toMatch(/night\.jsonl:5 is no line of a campaign's log/);
  });
});
