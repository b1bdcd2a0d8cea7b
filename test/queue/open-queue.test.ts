/** Queues that can't be opened: the reason is told in a sentence, soon, and no password is in it. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/base/fatal.ts';
import { QueueError } from '../../src/queue/errors.ts';
import { openQueue, placeOf, urlOf } from '../../src/queue/open-queue.ts';
import { reach } from '../../src/queue/reach.ts';
import { SERVERS, freePort, startServer } from '../support/servers.ts';

const SECRET = 'hunter2';

async function errorOf(url: string): Promise<Error> {
  try {
    await openQueue(url, { build: 'b' });
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was opened');
}

/** A server that takes connections and never answers. */
async function silentServer(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return server;
}

describe('a queue', () => {
  it.each(['redis', 'rediss', 'postgres', 'postgresql'])('at %s:// where nothing listens says so, without the password', async (protocol) => {
    const port = await freePort();
    const error = await errorOf(`${protocol}://me:${SECRET}@127.0.0.1:${port}/x`);
    expect(error).toBeInstanceOf(QueueError);
    expect(error.message).toBe(`the queue at ${protocol}://127.0.0.1:${port} can't be reached: nothing listens there (ECONNREFUSED)`);
    expect(error.stack).not.toContain(SECRET);
  });

  it.each(['redis', 'postgres'])('at %s:// that never answers is given up', async (protocol) => {
    const server = await silentServer();
    const { port } = server.address() as { port: number };
    await expect(reach(new URL(`${protocol}://me:${SECRET}@127.0.0.1:${port}`), 30_000, 300)).rejects.toThrow(new RegExp(`^the queue at ${protocol}://127\\.0\\.0\\.1:${port} can't be reached: [^:]*$`));
    server.close();
  });

  it.each(['http://x', 'redis', '', 'file:', `mysql://me:${SECRET}@x`])('at %j is refused in a sentence', async (url) => {
    const error = await errorOf(url);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(/^--queue /);
    expect(error.message).not.toContain(SECRET);
  });

  it('in a folder that is a file, or whose parts are links to elsewhere, is refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sweepgen-open-'));
    writeFileSync(join(folder, 'b'), '');
    expect((await errorOf(`file:${folder}`)).message).toMatch(/^the queue in .* can't be used: /);
    rmSync(join(folder, 'b'));
    await openQueue(`file:${folder}`, { build: 'b' });
    rmSync(join(folder, 'b', 'done'), { recursive: true });
    symlinkSync(tmpdir(), join(folder, 'b', 'done'));
    expect((await errorOf(`file:${folder}`)).message).toMatch(/done in it is no folder$/);
    rmSync(folder, { recursive: true });
  });

  it('may be named by a variable, which must be there', () => {
    const env = { QUEUE: 'redis://host', EMPTY: '' };
    expect(urlOf('env:QUEUE', env)).toBe('redis://host');
    expect(urlOf('redis://other', env)).toBe('redis://other');
    for (const name of ['EMPTY', 'MISSING']) expect(() => urlOf(`env:${name}`, env)).toThrow(`--queue env:${name}: there is no variable ${name}; set it to the URL of the queue`);
  });

  it('has a place without user and password', () => {
    expect(placeOf(`redis://me:${SECRET}@host:1/2`)).toBe('redis://host:1/2');
    expect(placeOf(`postgres://me:${SECRET}@host/db?password=${SECRET}`)).toBe('postgres://host/db');
    expect(placeOf(`nonsense ${SECRET}`)).toBe('the queue');
  });
});

describe.each(SERVERS.filter((kind) => kind === 'redis'))('a %s with a password', (kind) => {
  it('refuses those who do not know it, and serves those who do', async () => {
    const server = await startServer(kind, { password: SECRET });
    const { port } = server;
    expect((await errorOf(`redis://127.0.0.1:${port}`)).message).toBe(`the queue at redis://127.0.0.1:${port} can't be reached: it needs a password (NOAUTH)`);
    const wrong = await errorOf(`redis://:not-${SECRET}@127.0.0.1:${port}`);
    expect(wrong.message).toBe(`the queue at redis://127.0.0.1:${port} can't be reached: wrong user or password (WRONGPASS)`);
    expect(wrong.stack).not.toContain(SECRET);
    const queue = await openQueue(`redis://:${SECRET}@127.0.0.1:${port}`, { build: 'b' });
    expect(await queue.builds()).toEqual([]);
    await server.close();
  });
});
