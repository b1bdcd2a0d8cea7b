/** A wire to a server of this machine, which can be cut: the connections through it end, or nothing gets through them. */
import { connect, createServer, type Socket } from 'node:net';

/** What becomes of connections while the wire is cut: refused and ended, or open without an answer. */
export type Cut = 'ended' | 'silent';

export interface Wire {
  /** The server's URL, with the wire's port. */
  readonly url: string;
  cut(how: Cut): void;
  /** Lets new connections through. Those that were silent are reset. */
  mend(): void;
  close(): Promise<void>;
}

/** @param delayMs milliseconds that the server's answers take more */
export async function startWire(server: { readonly url: string; readonly port: number }, delayMs = 0): Promise<Wire> {
  const sockets = new Set<Socket>();
  let state: Cut | undefined;
  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }
  function forward(from: Socket, to: Socket, ms = 0): void {
    from.on('data', (bytes) => { if (state === undefined) setTimeout(() => to.write(bytes), ms); });
    from.on('close', () => to.destroy());
  }
  const wire = createServer((near) => {
    keep(near);
    if (state === 'ended') return near.resetAndDestroy();
    if (state === 'silent') return;
    const far = connect(server.port, '127.0.0.1');
    keep(far);
    forward(near, far);
    forward(far, near, delayMs);
  });
  await new Promise<void>((resolve) => { wire.listen(0, '127.0.0.1', resolve); });
  const { port } = wire.address() as { port: number };
  function reset(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }
  return {
    url: server.url.replace(`:${server.port}`, `:${port}`),
    cut(how) {
      state = how;
      if (how === 'ended') reset();
    },
    mend() {
      reset();
      state = undefined;
    },
    async close() {
      reset();
      await new Promise((resolve) => { wire.close(resolve); });
    },
  };
}
