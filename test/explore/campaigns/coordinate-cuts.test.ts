/** Connections of a campaign that are cut, of all its processes or of one: they end, or nothing gets through them. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlayedCampaign, type Actor } from '../../support/played-campaign.ts';
import { SERVERS, startServer, type Server } from '../../support/servers.ts';
import { startWire, type Wire } from '../../support/wire.ts';

/** Longer than claims last. */
const CUT_MS = 10_000;

describe.each(SERVERS)('a campaign over %s', (kind) => {
  let server: Server;
  let builds = 0;
  beforeAll(async () => { server = await startServer(kind); });
  afterAll(() => server.close());

  /** Plays a campaign, some of whose processes reach the server by a wire. */
  async function played(play: (campaign: PlayedCampaign, wire: Wire) => Promise<Actor>): Promise<void> {
    const wire = await startWire(server);
    const campaign = new PlayedCampaign({ url: server.url, build: `b${builds++}`, executions: Infinity });
    try {
      await campaign.finish(await play(campaign, wire));
      expect(campaign.check().poison).toEqual([]);
    } finally {
      await campaign.close();
      await wire.close();
    }
  }

  it.concurrent.each(['ended', 'silent'] as const)('goes on when all connections were %s for 10 s', (how) => played(async (campaign, wire) => {
    const coordinator = campaign.coordinator({ url: wire.url });
    const workers = [campaign.worker({ url: wire.url }), campaign.worker({ url: wire.url })];
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    wire.cut(how);
    await setTimeout(CUT_MS);
    wire.mend();
    await Promise.all([coordinator, ...workers].map((each) => each.says('trouble: over')));
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    return coordinator;
  }));

  it.concurrent.each(['ended', 'silent'] as const)('goes on without a worker whose connections were %s, and with it afterwards', (how) => played(async (campaign, wire) => {
    const coordinator = campaign.coordinator();
    const [far, near] = [campaign.worker({ url: wire.url }), campaign.worker()];
    await campaign.begun(4, far);
    wire.cut(how);
    await far.says('trouble: ');
    await campaign.begun(40, near);
    await setTimeout(CUT_MS);
    wire.mend();
    await far.says('trouble: over');
    await campaign.begun(4, far);
    return coordinator;
  }));

  it.concurrent.each(['ended', 'silent'] as const)('goes on when those of its coordinator were %s for 10 s', (how) => played(async (campaign, wire) => {
    const coordinator = campaign.coordinator({ url: wire.url });
    campaign.worker();
    await campaign.begun(4);
    wire.cut(how);
    await setTimeout(CUT_MS);
    wire.mend();
    await coordinator.says('trouble: over');
    await campaign.begun(4);
    return coordinator;
  }));
});
