/** The lead of a queue on a server that is slow. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openQueue } from '../../src/queue/open-queue.ts';
import { SERVERS, startServer, type Server } from '../support/servers.ts';
import { startWire, type Wire } from '../support/wire.ts';

describe.each(SERVERS.slice(0, 1))('the lead of a queue on %s', (kind) => {
  let server: Server;
  let wire: Wire;
  beforeEach(async () => {
    server = await startServer(kind);
    wire = await startWire(server, 500);
  });
  afterEach(async () => {
    await wire.close();
    await server.close();
  });

  it('waits for no former coordinator if there is none, however slow the server is', async () => {
    const queue = await openQueue(wire.url, { build: 'b' });
    const onWait = vi.fn();
    const lead = await queue.lead({ onWait });
    expect(onWait).not.toHaveBeenCalled();
    await lead.close();
    await queue.close();
  });
});
