/** The early end of a machine, requested by `stop()`, the caller's signal, or an error of a callback. */
import { Stopped } from '../errors.ts';

export class Ending {
  /** Rejects with the reason once the end is requested; never resolves. */
  readonly asked: Promise<never>;
  private readonly controller = new AbortController();
  private readonly caller: AbortSignal | undefined;

  /** @param caller the caller's signal, which requests the end too; it has a listener until `dispose` */
  constructor(caller?: AbortSignal) {
    this.caller = caller;
    this.asked = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    // The end may be requested while nothing awaits `asked`.
    this.asked.catch(() => {});
    caller?.addEventListener('abort', this.stop, { once: true });
    if (caller?.aborted) this.stop();
  }

  /** Aborted once the end is requested. Its reason is the error that `finished` rejects with. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Requests the end for the caller. Only the first request counts. */
  readonly stop = (): void => this.fail(new Stopped());

  /** Requests the end because of `reason`. Only the first request counts. */
  fail(reason: unknown): void {
    this.controller.abort(reason);
  }

  /**
   * Lets the event loop run between two pieces of work, so that a signal can arrive.
   * @throws the reason of the end, if it was requested
   */
  async hear(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.signal.throwIfAborted();
  }

  /** Removes the listener from the caller's signal. */
  dispose(): void {
    this.caller?.removeEventListener('abort', this.stop);
  }
}
