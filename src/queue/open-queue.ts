/** Opens the queue that a URL names. */
import { UsageError } from '../base/fatal.ts';
import type { Queue } from './queue.ts';

/** The forms of a URL, for help texts. */
export const QUEUE_URLS = 'redis://…, rediss://…, postgres://… or file:FOLDER';

const SERVERS = ['redis:', 'rediss:', 'postgres:', 'postgresql:'];

export interface OpenOptions {
  /** Hash of this build: builds have a queue each. */
  readonly build: string;
  /** Milliseconds; see queue.ts. */
  readonly claimMs?: number;
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
