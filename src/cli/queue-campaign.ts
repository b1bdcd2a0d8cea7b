/** `fuzz --queue`: leads a campaign over a queue. */
import { buildHash } from '../explore/campaigns/build-hash.ts';
import { coordinate, type CoordinateOptions } from '../explore/campaigns/coordinate.ts';
import type { FuzzResult } from '../explore/campaigns/fuzz.ts';
import type { Offered } from '../explore/campaigns/log.ts';
import { openQueue } from '../queue/open-queue.ts';
import type { Deps } from './deps.ts';

type Campaign = Omit<CoordinateOptions, 'lead' | 'build' | 'owed'> & { readonly owed: readonly Offered[] };

/** @param say shows a line above the progress */
export async function coordinateOver({ terminal }: Deps, url: string, campaign: Campaign, say: (text: string) => void): Promise<FuzzResult> {
  const build = buildHash();
  const queue = await openQueue(url, { build });
  const lead = await queue.lead();
  try {
    if ((await lead.workers()).length === 0) terminal.err('no worker has come yet; start one with: sweepgen worker --queue URL\n');
    const owed = campaign.owed.map(({ id, station, lane, seed, executions }) => ({ id, turn: { station, lane, seed }, executions }));
    return await coordinate({ ...campaign, owed, lead, build, onRefused: say });
  } finally {
    await lead.close();
    await queue.close();
  }
}
