/** Whether the campaign of a log is running. A log records why a part ended, but not that the process was killed. */
import { statSync } from 'node:fs';
import { unixtime } from '../../base/clock.ts';
import type { Findings } from './read-log.ts';

export const LIVES = ['running', 'ended', 'silent'] as const;

/** A campaign that is `silent` has logged no end and writes no lines: it was killed, waits for workers, or can't write. */
export type Life = (typeof LIVES)[number];

export interface LifeSign {
  readonly life: Life;
  /** Seconds since the last line. */
  readonly silentSeconds: number;
}

/** A running campaign logs a slice every few seconds. */
const SILENCE_SECONDS = 60;

/** @param now milliseconds since the epoch */
export function lifeOf(path: string, { ending }: Pick<Findings, 'ending'>, now: number = unixtime()): LifeSign {
  const silentSeconds = Math.max(0, (now - statSync(path).mtimeMs) / 1000);
  return { life: ending !== '' ? 'ended' : silentSeconds < SILENCE_SECONDS ? 'running' : 'silent', silentSeconds };
}
