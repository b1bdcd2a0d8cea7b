/** A campaign whose log is on a disk that gets full again and again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDisk, type Disk } from '../../support/disk.ts';
import { PlayedCampaign } from '../../support/played-campaign.ts';

const EXECUTIONS = 6000;

describe('a campaign over a queue', () => {
  let disk: Disk;
  let folder: string;
  let campaign: PlayedCampaign;
  beforeEach(async () => {
    disk = await startDisk();
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-disk-'));
    campaign = new PlayedCampaign({ url: `file:${folder}`, build: 'b', executions: EXECUTIONS, disk: disk.folder });
  });
  afterEach(async () => {
    await campaign.close();
    await disk.close();
    rmSync(folder, { recursive: true });
  });

  it('ends when the disk of its log is full, and goes on each time that there is more space', async () => {
    campaign.worker();
    for (const kilobytes of [16, 4, 4, 8]) {
      disk.leave(kilobytes);
      const coordinator = campaign.coordinator();
      await coordinator.says('ended: log lost');
      await coordinator.says(`failed: the log ${campaign.log} can't be written: no space is left on the device; its earlier lines are intact`);
      await coordinator.ended;
    }
    disk.leave(500);
    await campaign.coordinator().says('ended: executions');
    expect(campaign.check()).toEqual({ executions: EXECUTIONS, poison: [] });
  });
});
