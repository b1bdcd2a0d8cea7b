/** A campaign as its log shows it, at the end and while it grows. */
import { describe, expect, it } from 'vitest';
import { LoggedCampaign, reachOf } from '../../../src/explore/campaigns/logged-campaign.ts';
import { LogReader } from '../../../src/explore/campaigns/read-log.ts';
import { createLog } from '../../../src/explore/campaigns/write-log.ts';
import { failureOf, resultOf } from '../slices.ts';
import { HEADER, TURN, useLogs } from './logs.ts';

const logPath = useLogs();
const EDGE = 'locks: slept';

/** What a campaign has come to. */
function seenIn({ tally, history, hosts, lanes, lost }: LoggedCampaign) {
  return {
    executions: tally.sum('executions'), distinct: tally.sum('distinct'), failures: tally.failures, samples: history.samples(),
    passes: [...history.passesOf('mark-bits').counts].filter(Boolean), hosts: [...hosts], lanes, lost,
  };
}

describe('a campaign of a log', () => {
  it('has executions by host, lanes, and slices that were set aside', () => {
    const log = createLog(logPath(), HEADER);
    log.slice({ ...TURN, lane: 0 }, resultOf({ executions: 5 }), 1, 5, []);
    log.slice({ ...TURN, lane: 6 }, resultOf({ executions: 7 }), 2, 9, [], 'abcdef01', 'lab-1');
    log.slice({ ...TURN, lane: 2 }, resultOf({ executions: 8 }), 3, 9, [], 'abcdef02', 'lab-1');
    log.lost(TURN, 'its workers died', 'abcdef03');
    const campaign = new LoggedCampaign(new LogReader(logPath()));
    campaign.update();
    expect(seenIn(campaign)).toMatchObject({ executions: 20, distinct: 9, hosts: [['lab-1', { slices: 2, executions: 15 }]], lanes: 7, lost: 1 });
  });

  it('is the same whether it is read at once or after each line', () => {
    const log = createLog(logPath(), HEADER);
    const growing = new LoggedCampaign(new LogReader(logPath()));
    const steps = [
      () => log.slice(TURN, resultOf({ executions: 5, seen: { k: 1 } }), 1, 5, [EDGE], undefined, 'lab-1'),
      () => log.failure(failureOf('k')),
      () => log.failure(failureOf('k', { shrunk: 'it was not shrunk' })),
      () => log.end('time', 1, { 'mark-bits': { [EDGE]: 4 } }),
      () => log.slice(TURN, resultOf({ executions: 5 }), 2, 6, []),
      () => log.end('time', 1, { 'mark-bits': { [EDGE]: 3 } }),
    ];
    for (const step of steps) {
      step();
      growing.update();
      const whole = new LoggedCampaign(new LogReader(logPath()));
      whole.update();
      expect(seenIn(growing)).toEqual(seenIn(whole));
    }
    expect(seenIn(growing)).toMatchObject({ executions: 10, failures: [{ shrunk: 'it was not shrunk' }], passes: [7] });
  });
});

describe('the reach of scenarios', () => {
  it('is found for built-in scenarios with values of their knobs', async () => {
    const scenarios = ['lfstack', './mine.ts', 'gone'];
    expect([...(await reachOf({ scenarios, set: {} })).keys()]).toEqual(['lfstack']);
    expect((await reachOf({ scenarios, set: { procs: 1e9 } })).size).toBe(0);
  });
});
