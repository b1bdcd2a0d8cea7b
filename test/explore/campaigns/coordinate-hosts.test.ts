/** A campaign whose queue, coordinator and workers are on hosts of their own, with a name each, and whose cables are cut. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startLan, type Lan } from '../../support/lan.ts';
import { PlayedCampaign } from '../../support/played-campaign.ts';
import { SERVERS, startServer, type Server } from '../../support/servers.ts';

const HOSTS = ['queue', 'leader', 'north', 'south'] as const;
/** Longer than claims last. */
const CUT_MS = 10_000;

describe.each(SERVERS)('a campaign over %s on several hosts', (kind) => {
  let lan: Lan<(typeof HOSTS)[number]>;
  let server: Server;
  let builds = 0;
  let campaign: PlayedCampaign;
  beforeAll(async () => {
    lan = await startLan(HOSTS);
    server = await startServer(kind, { host: lan.hosts.queue });
  });
  afterAll(async () => {
    await server.close();
    await lan.close();
  });
  beforeEach(() => {
    campaign = new PlayedCampaign({ url: server.url, build: `b${builds++}`, executions: Infinity });
  });
  afterEach(() => campaign.close());

  it('is run by the workers of all hosts, and its coordinator knows their names', async () => {
    const { leader, north, south } = lan.hosts;
    const coordinator = campaign.coordinator({ host: leader });
    const workers = [campaign.worker({ host: north }), campaign.worker({ host: south })];
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    await Promise.all(['host: north', 'host: south'].map((text) => coordinator.says(text)));
    await campaign.finish(coordinator, { host: leader });
    expect(campaign.check().poison).toEqual([]);
  });

  it.each(['queue', 'leader', 'north'] as const)('goes on when the cable of the %s was cut for 10 s', async (name) => {
    const { leader, north, south } = lan.hosts;
    const coordinator = campaign.coordinator({ host: leader });
    const workers = [campaign.worker({ host: north }), campaign.worker({ host: south })];
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    lan.hosts[name].cut();
    await setTimeout(CUT_MS);
    lan.hosts[name].mend();
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    await campaign.finish(coordinator, { host: leader });
    expect(campaign.check().poison).toEqual([]);
  });
});
