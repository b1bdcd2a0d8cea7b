/** `campaign html`: the page of a campaign, and the one that follows it. */
import { describe, expect, it } from 'vitest';
import { documentsIn } from '../../../src/report/html.ts';
import { createLog, type CampaignLog } from '../../../src/explore/campaigns/write-log.ts';
import { SignalReceived } from '../../../src/cli/interruption.ts';
import { HEADER, TURN, useLogs, writeSome } from '../../explore/campaigns/logs.ts';
import { resultOf } from '../../explore/slices.ts';
import { cli, type Outcome } from '../fakes.ts';

const logPath = useLogs();
const REFRESH = /<meta http-equiv="refresh" content="(\d+)">/;

interface Drawn extends Outcome {
  readonly pages: readonly string[];
}

/** Draws the log; `onPage` hears of each page, by its number. */
async function draw(flags: string, onPage: (number: number) => void = () => {}, signal?: AbortSignal): Promise<Drawn> {
  const pages: string[] = [];
  const writeText = async (_: string, pieces: Iterable<string>) => {
    pages.push([...pieces].join(''));
    onPage(pages.length);
  };
  return { ...(await cli(`campaign html ${logPath()} --html n.html ${flags}`, undefined, { writeText, ...(signal && { signal }) })), pages };
}

/** The document in a page. */
function campaignIn(page: string): { readonly ending: string; readonly executions: number } {
  const { ending, scenarios } = JSON.parse(documentsIn(page)![0].text) as { ending: string; scenarios: { executions: number }[] };
  return { ending, executions: scenarios.reduce((sum, { executions }) => sum + executions, 0) };
}

function begun(): CampaignLog {
  const log = createLog(logPath(), HEADER);
  writeSome(log);
  return log;
}

describe('campaign html', () => {
  it('draws a running campaign once, as a page that does not reload', async () => {
    begun();
    const { code, out, pages } = await draw('');
    expect([code, out, pages.length]).toEqual([0, 'Report: n.html\n', 1]);
    expect(campaignIn(pages[0])).toEqual({ ending: 'running', executions: 7 });
    expect(pages[0]).not.toMatch(REFRESH);
  });

  it('with --follow draws it anew until it has ended; the last page does not load itself again', async () => {
    const log = begun();
    const { code, out, pages } = await draw('--follow --refresh 1', (number) => {
      if (number === 1) log.slice({ ...TURN, seed: 200 }, resultOf({ executions: 5 }), 2, 9, []);
      if (number === 2) log.end('time', 3);
    });
    expect(code).toBe(0);
    expect(pages.map((page) => [REFRESH.exec(page)?.[1], campaignIn(page)])).toEqual([
      ['1', { ending: 'running', executions: 7 }], ['1', { ending: 'running', executions: 12 }], [undefined, { ending: 'time', executions: 12 }],
    ]);
    expect(out).toMatch(/^Report: n\.html\nthe campaign has ended: 12 executions .*, 1 failure\n$/);
  });

  it('with --follow draws a last page when it is interrupted', async () => {
    begun();
    const interruption = new AbortController();
    const { code, err, pages } = await draw('--follow --refresh 3600', () => setImmediate(() => interruption.abort(new SignalReceived('SIGINT'))), interruption.signal);
    expect(code).toBe(130);
    expect(err).toContain('go on with: sweepgen campaign html');
    expect(pages.map((page) => REFRESH.test(page))).toEqual([true, false]);
  });

  it('with --follow draws a campaign that has ended once', async () => {
    begun().end('time', 3);
    const { code, pages } = await draw('--follow');
    expect([code, pages.length, REFRESH.test(pages[0])]).toEqual([0, 1, false]);
  });

  it.each([['--refresh 5', /--refresh is for --follow; add --follow, or leave --refresh out/], ['--follow --refresh 0', /--refresh must be a whole number from 1 to 3600, not '0'/], ['--html -', /--html needs the name of a file/]])('refuses "%s"', async (flags, sentence) => {
    begun();
    const { code, err, pages } = await draw(flags);
    expect([code, pages]).toEqual([2, []]);
    expect(err).toMatch(sentence);
  });
});
