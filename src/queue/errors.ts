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

/** Another coordinator leads the queue. */
export class QueueTaken extends QueueError {
  constructor(host: string, pid: number) {
    super(`process ${pid} on ${host} already leads this queue; end it first, or use another queue`);
    this.name = 'QueueTaken';
  }
}

/** Returns why a request failed, from its code alone: a message may quote the URL with its password. */
export function reasonOf(error: unknown): string {
  if (error instanceof QueueError) return error.message;
  const { code, message, errors } = error as { readonly code?: unknown; readonly message?: unknown; readonly errors?: readonly unknown[] };
  if (errors !== undefined && errors.length > 0 && code === undefined) return reasonOf(errors[0]);
  // Redis begins an error with its code: "WRONGPASS invalid username-password pair".
  const known = typeof code === 'string' ? code : /^[A-Z]{3,20}(?= )/.exec(String(message))?.[0];
  return known === undefined ? 'it refused the request' : `${WORDS[known] ?? known}`;
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no such host (ENOTFOUND)',
  EAI_AGAIN: "the name of the host can't be looked up (EAI_AGAIN)",
  ETIMEDOUT: 'no answer (ETIMEDOUT)',
  ECONNRESET: 'the connection was cut (ECONNRESET)',
  NOAUTH: 'it needs a password (NOAUTH)',
  WRONGPASS: 'wrong user or password (WRONGPASS)',
  '28P01': 'wrong user or password (28P01)',
  '28000': 'the user is refused (28000)',
  '3D000': 'there is no such database (3D000)',
};
