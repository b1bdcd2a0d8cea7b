/** Connections of a campaign that are cut, of all its processes or of one: they end, or nothing gets through them. */
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PlayedCampaign } from '../../support/played-campaign.ts';
import { SERVERS, startServer, type Server } from '../../support/servers.ts';
import { startWire, type Wire } from '../../support/wire.ts';

/** Longer than claims last. */
const CUT_MS = 10_000;

describe.each(SERVERS)('a campaign over %s', (kind) => {
  let server: Server;
  let wire: Wire;
  let campaign: PlayedCampaign;
  beforeEach(async () => {
    server = await startServer(kind);
    wire = await startWire(server);
    campaign = new PlayedCampaign({ url: server.url, build: 'b', executions: Infinity });
  });
  afterEach(async () => {
    await campaign.close();
    await wire.close();
    await server.close();
  });

  it.each(['ended', 'silent'] as const)('goes on when all connections were %s for 10 s', async (how) => {
    const coordinator = campaign.coordinator({ url: wire.url });
    const workers = [campaign.worker({ url: wire.url }), campaign.worker({ url: wire.url })];
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    wire.cut(how);
    await setTimeout(CUT_MS);
    wire.mend();
    await Promise.all([coordinator, ...workers].map((each) => each.says('trouble: over')));
    await Promise.all(workers.map((each) => campaign.begun(4, each)));
    await campaign.finish(coordinator);
    expect(campaign.check().poison).toEqual([]);
  });

  it.each(['ended', 'silent'] as const)('goes on without a worker whose connections were %s, and with it afterwards', async (how) => {
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
    await campaign.finish(coordinator);
    expect(campaign.check().poison).toEqual([]);
  });

  it.each(['ended', 'silent'] as const)('goes on when those of its coordinator were %s for 10 s', async (how) => {
    const coordinator = campaign.coordinator({ url: wire.url });
    campaign.worker();
    await campaign.begun(4);
    wire.cut(how);
    await setTimeout(CUT_MS);
    wire.mend();
    await coordinator.says('trouble: over');
    await campaign.begun(4);
    await campaign.finish(coordinator);
    expect(campaign.check().poison).toEqual([]);
  });
});
