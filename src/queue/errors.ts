/** Errors of queues. Their messages never hold a URL, which may hold a password. */
import { EXIT } from '../base/fatal.ts';

/** The queue can't be used. */
export class QueueError extends Error {
  readonly exitCode = EXIT.usage;

  constructor(message: string) {
    super(message);
    this.name = 'QueueError';
  }
}

/** Another coordinator leads the campaign. */
export class QueueTaken extends QueueError {
  constructor(host: string, pid: number) {
    super(`the process ${pid} on ${host} leads the campaign on this queue already; end it first, or use another queue`);
    this.name = 'QueueTaken';
  }
}
