/** `fuzz --queue`: leads a campaign over a queue. */
import { printable } from '../base/printable.ts';
import { coordinate, type CoordinateOptions } from '../explore/campaigns/coordinate.ts';
import type { FuzzResult } from '../explore/campaigns/fuzz.ts';
import type { Offered } from '../explore/campaigns/log.ts';
import type { LedQueue } from './led-queue.ts';

type Campaign = Omit<CoordinateOptions, 'lead' | 'build' | 'owed' | 'onRefused' | 'onTrouble'> & { readonly owed: readonly Offered[] };

/** @param say shows a line above the progress */
export async function coordinateOver(queue: LedQueue, campaign: Campaign, say: (text: string) => void): Promise<FuzzResult> {
  const { lead, build } = queue;
  await queue.expectWorkers();
  const owed = campaign.owed.map(({ id, station, lane, seed, executions }) => ({ id, turn: { station, lane, seed }, executions }));
  return coordinate({
    ...campaign, owed, lead, build,
    onRefused: (message) => say(`a slice was set aside: ${printable(message, 400)}`),
    onTrouble: queue.troubleTo(say),
  });
}
