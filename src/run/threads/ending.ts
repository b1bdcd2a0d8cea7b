/** The early end of a machine: `stop()`, the caller's signal, or an error of a callback asks for it. */
import { Stopped } from '../errors.ts';

export class Ending {
  /** Rejects with the reason once the end is asked for; never resolves. */
  readonly asked: Promise<never>;
  private readonly controller = new AbortController();
  private readonly caller: AbortSignal | undefined;

  /** @param caller aborts the machine, too; it carries a listener until `dispose` */
  constructor(caller?: AbortSignal) {
    this.caller = caller;
    this.asked = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true });
    });
    // The end may be asked for while nothing waits for it.
    this.asked.catch(() => {});
    caller?.addEventListener('abort', this.stop, { once: true });
    if (caller?.aborted) this.stop();
  }

  /** Aborted once the end is asked for; its reason is the error that `finished` rejects with. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Asks for the end in the caller's name. Only the first request counts. */
  readonly stop = (): void => this.fail(new Stopped());

  /** Asks for the end because of `reason`. Only the first request counts. */
  fail(reason: unknown): void {
    this.controller.abort(reason);
  }

  /**
   * Between two pieces of work: lets the thread hear a signal, and goes on unless the end was asked for.
   * @throws the reason of the end
   */
  async hear(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.signal.throwIfAborted();
  }

  /** The machine is over: the caller's signal forgets it. */
  dispose(): void {
    this.caller?.removeEventListener('abort', this.stop);
  }
}
