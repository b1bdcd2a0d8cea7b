/** Logs of campaigns that tests write. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Header } from '../../../src/explore/campaigns/log.ts';
import type { CampaignLog } from '../../../src/explore/campaigns/write-log.ts';
import { STATION, failureOf, resultOf } from '../slices.ts';

export const HEADER: Omit<Header, 'type' | 'format'> = { sweepgen: '1.2.3', seed: 9, scenarios: ['mark-bits'], set: { procs: 2 }, strategy: 'portfolio', monitors: [], always: false, mutant: null };
export const TURN = { station: STATION, lane: 1, seed: 100 };

/** Writes a slice and a failure of it. */
export function writeSome(log: CampaignLog): void {
  log.slice(TURN, resultOf({ executions: 7, seen: { k: 1 } }), 1.5, 6, ['locks: slept']);
  log.failure(failureOf('k'));
}

/** Gives each test a folder of its own. Returns a function that returns the path of a log in it. */
export function useLogs(): (name?: string) => string {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sweepgen-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return (name = 'campaign.jsonl') => join(folder, name);
}
