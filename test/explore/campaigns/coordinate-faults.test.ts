/**
 * Faults that a campaign over a queue survives, on a folder, Redis and PostgreSQL, with real processes.
 * After each fault, the log counts each seed that was given out once, and each failure is reported once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seeds } from '../../support/nightly.ts';
import { CLAIM_MS, PlayedCampaign } from '../../support/played-campaign.ts';
import { SERVERS, startServer, type Server } from '../../support/servers.ts';

const EXECUTIONS = 6000;
/** Limit of a test that kills processes: after each, a claim has to end. */
const KILLING_MS = seeds(300_000, 1_800_000);

describe.each(['file', ...SERVERS] as const)('a campaign over %s', (kind) => {
  let server: Server | undefined;
  let folder = '';
  let url = '';
  let builds = 0;
  let campaign: PlayedCampaign;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-faults-'));
    server = kind === 'file' ? undefined : await startServer(kind);
    url = server?.url ?? `file:${folder}`;
  });
  afterAll(async () => {
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    campaign = new PlayedCampaign({ url, build: `b${builds++}`, executions: EXECUTIONS });
  });
  afterEach(() => campaign.close());

  /** A campaign that goes on until it is finished: it lasts as long as processes are killed. */
  async function endless(): Promise<PlayedCampaign> {
    await campaign.close();
    return (campaign = new PlayedCampaign({ url, build: `b${builds++}`, executions: Infinity }));
  }

  it('counts each slice once though workers are killed at any moment', async () => {
    await endless();
    const coordinator = campaign.coordinator();
    const workers = [campaign.worker(), campaign.worker()];
    for (let kills = 0; kills < seeds(3, 200); kills++) {
      await campaign.begun(1 + Math.floor(Math.random() * 4));
      await setTimeout(Math.random() * 20);
      await workers[kills % 2].kill();
      workers[kills % 2] = campaign.worker();
    }
    await campaign.finish(coordinator);
    expect(campaign.check().poison).toEqual([]);
  }, KILLING_MS);

  it('goes on from its log when the coordinator was killed at any moment', async () => {
    await endless();
    campaign.worker();
    for (let kills = 0; kills < seeds(2, 60); kills++) {
      const coordinator = campaign.coordinator();
      await coordinator.says('leads');
      await campaign.begun(2);
      await setTimeout(Math.random() * 50);
      await coordinator.kill();
    }
    await campaign.finish();
    expect(campaign.check().poison).toEqual([]);
  }, KILLING_MS);

  it('gives a slice to another worker when one was stopped past its claim, and takes its late result for none', async () => {
    const coordinator = campaign.coordinator();
    const stopped = campaign.worker();
    await campaign.begun(3);
    stopped.child.kill('SIGSTOP');
    const others = campaign.worker();
    await coordinator.says('ended: executions');
    expect(campaign.ran('end').some((line) => line.includes(` ${others.child.pid} `))).toBe(true);
    stopped.child.kill('SIGCONT');
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
  });

  // On PostgreSQL, BullMQ compares the clocks of hosts: they must be right.
  const skewMs = kind === 'postgres' ? CLAIM_MS / 6 : 86_400_000;
  it(`goes on with workers whose clocks are ${skewMs / 1000} s off, killed ones among them`, async () => {
    const coordinator = campaign.coordinator();
    const workers = [campaign.worker({ skewMs }), campaign.worker({ skewMs: -skewMs })];
    await Promise.all(workers.map((each) => each.says('serves')));
    await campaign.begun(4);
    await workers[0].kill();
    await coordinator.says('ended: executions');
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
    // A claim whose end is compared with the clock of another host is lost at once: the slice runs again and again.
    expect(campaign.ran('begin').length).toBeLessThan(2 * campaign.counted);
  });

  it('sets a slice aside that kills its worker every time, reports it, and goes on', async () => {
    await campaign.close();
    campaign = new PlayedCampaign({ url, build: `b${builds++}`, executions: 2000, scenarios: ['mark-bits', 'bounded-buffer'], claimMs: 1000 });
    const coordinator = campaign.coordinator();
    const done = coordinator.ended;
    let isOver = false;
    void done.then(() => { isOver = true; });
    while (!isOver) await Promise.race([campaign.worker().ended, done]);
    expect(coordinator.text).toMatch(/refused: bounded-buffer from seed 1 on: .+/);
    const { executions, poison } = campaign.check();
    expect(poison).toEqual([{ scenario: 'bounded-buffer', seed: 1, cause: expect.stringMatching(/./) }]);
    expect(executions).toBe(2000 - 200);
  });

  it('has one coordinator: a second one is refused as long as the first lives, and leads when it is dead', async () => {
    await endless();
    campaign.worker();
    const first = campaign.coordinator();
    await first.says('leads');
    const second = campaign.coordinator();
    await second.ended;
    expect(second.text).toContain(`failed: process ${first.child.pid} on `);
    await first.kill();
    const third = campaign.coordinator();
    await third.says('leads');
    await campaign.finish(third);
    expect(campaign.check().poison).toEqual([]);
  });

  it('is lost to a coordinator that was stopped past its claim, once another has taken over', async () => {
    campaign.worker();
    const first = campaign.coordinator();
    await campaign.begun(2);
    first.child.kill('SIGSTOP');
    await setTimeout(CLAIM_MS);
    const second = campaign.coordinator();
    await second.says('ended: executions');
    first.child.kill('SIGCONT');
    await first.says('failed: ');
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
  });
});

describe.each(SERVERS.filter((kind) => kind === 'postgres'))('a worker over %s', (kind) => {
  it.each([86_400_000, -86_400_000])('is refused if its clock is %i ms off', async (skewMs) => {
    const server = await startServer(kind);
    const campaign = new PlayedCampaign({ url: server.url, build: 'b' });
    const worker = campaign.worker({ skewMs });
    await worker.ended;
    expect(worker.text).toMatch(/QueueError: the clocks of this host and of the server at 127\.0\.0\.1:\d+ differ by 86400 s/);
    await campaign.close();
    await server.close();
  });
});

describe.each(SERVERS)('a campaign over %s', (kind) => {
  let server: Server;
  let campaign: PlayedCampaign;
  beforeEach(async () => {
    server = await startServer(kind);
    campaign = new PlayedCampaign({ url: server.url, build: 'b', executions: EXECUTIONS });
  });
  afterEach(async () => {
    await campaign.close();
    await server.close();
  });

  // A Redis that keeps its data in memory only has none of them afterwards, and a PostgreSQL whose disk was replaced has not even tables.
  it.each(['with its data', 'without them'] as const)('goes on when the server was started again %s', async (how) => {
    const coordinator = campaign.coordinator();
    const workers = [campaign.worker(), campaign.worker()];
    await Promise.all(workers.map((each) => each.says('serves')));
    await campaign.begun(4);
    await server.stop();
    await setTimeout(2000);
    if (how === 'without them') server.lose();
    await server.start();
    await coordinator.says('ended: executions');
    expect(workers.map(({ isAlive }) => isAlive)).toEqual([true, true]);
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
  });

  it('goes on when the server did not answer for longer than a claim, and says so', async () => {
    const coordinator = campaign.coordinator();
    const worker = campaign.worker();
    await campaign.begun(4);
    server.freeze();
    await Promise.all([coordinator.says('trouble: no answer'), worker.says('trouble: ')]);
    await setTimeout(CLAIM_MS);
    server.resume();
    await coordinator.says('trouble: over');
    await coordinator.says('ended: executions');
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
  });
});
