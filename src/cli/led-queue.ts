/** A queue that a command leads. */
import { printable } from '../base/printable.ts';
import { buildHash } from '../explore/campaigns/build-hash.ts';
import { openQueue, placeOf, urlOf } from '../queue/open-queue.ts';
import type { Lead } from '../queue/queue.ts';
import type { Deps } from './deps.ts';

export interface LedQueue {
  readonly lead: Lead;
  /** Hash of this build. */
  readonly build: string;
  /** Asks the user to start a worker, if there is none yet. */
  expectWorkers(): Promise<void>;
  /** Returns a listener to trouble with the queue. @param say shows a line above the progress */
  troubleTo(say: (text: string) => void): (message: string | undefined) => void;
  close(): Promise<void>;
}

/** Milliseconds that a coordinator gets after a signal to take back waiting jobs and to give up the lead. */
const END_MS = 10_000;

/** Takes the lead of the queue that `spec` names. @throws QueueError if the queue can't be reached, or another process leads it */
export async function leadQueue({ terminal, needsToEnd, env }: Deps, spec: string): Promise<LedQueue> {
  const url = urlOf(spec, env);
  const build = buildHash();
  const place = printable(placeOf(url));
  const queue = await openQueue(url, { build });
  const lead = await queue.lead({
    onWait: ({ host, pid }, seconds) => terminal.err(`process ${pid} on ${printable(host)} was the last coordinator at ${place}; waiting up to ${seconds} s to see whether it is alive\n`),
  });
  needsToEnd(END_MS);
  return {
    lead, build,
    async expectWorkers() {
      if ((await lead.workers()).length === 0) terminal.err('there is no worker yet; start one with: sweepgen worker --queue URL\n');
    },
    troubleTo: (say) => (message) => say(message === undefined ? `the queue at ${place} can be reached again` : `the queue at ${place} can't be reached (${printable(message, 200)}); trying again`),
    async close() {
      await lead.close();
      await queue.close();
    },
  };
}
