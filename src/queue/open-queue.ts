/** Opens the queue that a URL names. */
import { UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import type { Queue } from './queue.ts';

/** The forms of a URL, for help texts. */
export const QUEUE_URLS = 'redis://…, rediss://…, postgres://…, file:FOLDER, or env:NAME for the URL in a variable';

const VARIABLE = 'env:';

const SERVERS = ['redis:', 'rediss:', 'postgres:', 'postgresql:'];

export interface OpenOptions {
  /** Hash of this build. Each build has a queue of its own. */
  readonly build: string;
  /** Milliseconds; see queue.ts. */
  readonly claimMs?: number;
}

/**
 * Returns the URL that `spec` stands for: itself, or that in the variable which it names, so that a password need not
 * be on the command line.
 * @throws UsageError if there is no such variable
 */
export function urlOf(spec: string, env: Readonly<Record<string, string | undefined>>): string {
  if (!spec.startsWith(VARIABLE)) return spec;
  const name = spec.slice(VARIABLE.length);
  const url = env[name];
  if (url === undefined || url === '') throw new UsageError(`--queue ${printable(spec)}: there is no variable ${printable(name)}; set it to the URL of the queue`);
  return url;
}

/** Returns the queue at `spec`, without talking to a server yet. @throws UsageError for a URL of another kind */
export async function openQueue(spec: string, { build, claimMs }: OpenOptions): Promise<Queue> {
  if (spec.startsWith('file:')) {
    const { fileQueue } = await import('./file-queue.ts');
    const folder = spec.startsWith('file://') ? decodeURIComponent(new URL(spec).pathname) : spec.slice('file:'.length);
    if (folder === '') throw new UsageError('--queue file: needs a folder, as file:/mnt/campaign');
    return fileQueue(folder, build, { claimMs });
  }
  const url = parseUrl(spec);
  if (url === undefined || !SERVERS.includes(url.protocol)) throw new UsageError(`--queue takes ${QUEUE_URLS}`);
  const { bullmqQueue } = await import('./bullmq-queue.ts');
  return bullmqQueue({ url, build, claimMs });
}

/** Returns the queue's place without user and password, for messages. */
export function placeOf(spec: string): string {
  if (spec.startsWith('file:')) return spec;
  const url = parseUrl(spec);
  return url === undefined ? 'the queue' : `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
}

function parseUrl(spec: string): URL | undefined {
  return URL.canParse(spec) ? new URL(spec) : undefined;
}
