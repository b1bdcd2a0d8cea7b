/** Notices when a server stops answering, and when it answers again. */
import { setTimeout } from 'node:timers/promises';
import { reasonOf } from './errors.ts';

export interface HeartbeatOptions {
  /** Asks the server for something cheap. */
  readonly ping: () => Promise<unknown>;
  /** Milliseconds between two pings, and the longest time for an answer. */
  readonly ms: number;
  /** Called once with the reason when the server can't be reached, and with `undefined` when it can be again. */
  readonly onTrouble: (message: string | undefined) => void;
  /** Ends the watch. */
  readonly signal: AbortSignal;
}

/** Pings until the signal, one ping at a time. */
export async function watchServer({ ping, ms, onTrouble, signal }: HeartbeatOptions): Promise<void> {
  let isTroubled = false;
  function report(message: string | undefined): void {
    if (signal.aborted || (message === undefined) === !isTroubled) return;
    isTroubled = message !== undefined;
    onTrouble(message);
  }
  const aborted = new Promise<void>((resolve) => { signal.addEventListener('abort', () => resolve(), { once: true }); });
  while (!signal.aborted) {
    const answer = ping().then(() => undefined, reasonOf);
    const first = await Promise.race([answer, setTimeout(ms, 'no answer', { ref: false, signal }).catch(() => undefined)]);
    report(first);
    if (first === 'no answer') report(await Promise.race([answer, aborted.then(() => undefined)]));
    await setTimeout(ms, undefined, { ref: false, signal }).catch(() => {});
  }
}
