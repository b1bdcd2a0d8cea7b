/** The lead of a queue on a server that is slow. */
import { describe, expect, it, vi } from 'vitest';
import { openQueue } from '../../src/queue/open-queue.ts';
import { SERVERS, startServer } from '../support/servers.ts';
import { startWire } from '../support/wire.ts';

describe.each(SERVERS.slice(0, 1))('the lead of a queue on %s', (kind) => {
  it('waits for no former coordinator if there is none, however slow the server is', async () => {
    const server = await startServer(kind);
    const wire = await startWire(server, 500);
    const queue = await openQueue(wire.url, { build: 'b' });
    const onWait = vi.fn();
    const lead = await queue.lead({ onWait });
    expect(onWait).not.toHaveBeenCalled();
    await lead.close();
    await queue.close();
    await wire.close();
    await server.close();
  });
});
