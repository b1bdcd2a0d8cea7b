/** `fuzz --queue`: leads a campaign over a queue. */
import { printable } from '../base/printable.ts';
import { buildHash } from '../explore/campaigns/build-hash.ts';
import { coordinate, type CoordinateOptions } from '../explore/campaigns/coordinate.ts';
import type { FuzzResult } from '../explore/campaigns/fuzz.ts';
import type { Offered } from '../explore/campaigns/log.ts';
import { openQueue, placeOf } from '../queue/open-queue.ts';
import type { Deps } from './deps.ts';

type Campaign = Omit<CoordinateOptions, 'lead' | 'build' | 'owed' | 'onRefused' | 'onTrouble'> & { readonly owed: readonly Offered[] };

/** A queue that this process leads. */
export interface LedQueue {
  /** @param say shows a line above the progress */
  coordinate(campaign: Campaign, say: (text: string) => void): Promise<FuzzResult>;
  close(): Promise<void>;
}

/** Milliseconds that the end takes after a signal: waiting jobs are taken back, and the lead is given up. */
const END_MS = 10_000;

/** Takes the lead of the queue at `url`. @throws QueueError if the queue can't be reached, or another process leads it */
export async function leadQueue({ terminal, needsToEnd }: Deps, url: string): Promise<LedQueue> {
  const build = buildHash();
  const place = printable(placeOf(url));
  const queue = await openQueue(url, { build });
  const lead = await queue.lead({
    onWait: ({ host, pid }, seconds) => terminal.err(`the process ${pid} on ${printable(host)} led the campaign at ${place}; waiting up to ${seconds} s to see whether it lives\n`),
  });
  needsToEnd(END_MS);
  return {
    async coordinate(campaign, say) {
      if ((await lead.workers()).length === 0) terminal.err('no worker has come yet; start one with: sweepgen worker --queue URL\n');
      const owed = campaign.owed.map(({ id, station, lane, seed, executions }) => ({ id, turn: { station, lane, seed }, executions }));
      return coordinate({
        ...campaign, owed, lead, build,
        onRefused: (message) => say(`a slice was set aside: ${printable(message, 400)}`),
        onTrouble: (message) => say(message === undefined ? `the queue at ${place} can be reached again` : `the queue at ${place} can't be reached (${printable(message, 200)}); trying again`),
      });
    },
    async close() {
      await lead.close();
      await queue.close();
    },
  };
}
