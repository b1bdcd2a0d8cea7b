/** Redis and PostgreSQL of this machine, started for a test on a free port with their data in a temporary folder. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, chownSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect } from 'node:net';

const REDIS = ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path));
const POSTGRES = folderOf(/^(\d+)$/);

/** The servers that this machine has. */
export const SERVERS: readonly ServerKind[] = [...(REDIS === undefined ? [] : ['redis' as const]), ...(POSTGRES === undefined ? [] : ['postgres' as const])];
export type ServerKind = 'redis' | 'postgres';

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Ends the server; its data stays for `start`. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with the data that it had. */
  start(): Promise<void>;
  /** Removes the data of a server that has ended. */
  lose(): void;
  /** Stops the process without ending it, as a cut connection does; `resume` lets it go on. */
  freeze(): void;
  resume(): void;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

function folderOf(version: RegExp): string | undefined {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return execFileSync('ls', [root], { encoding: 'utf8' }).split('\n').filter((name) => version.test(name) && existsSync(join(root, name, 'bin/postgres'))).map((name) => join(root, name, 'bin')).at(-1);
}

/** Returns a port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => { server.close(resolve); });
  return port;
}

async function untilOpen(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await setTimeout(100);
  }
  throw new Error('the server did not open its port');
}

/** PostgreSQL refuses to run as root: then it runs as this user. */
const POSTGRES_USER = 'postgres';
const asRoot = process.getuid?.() === 0;

function idsOf(user: string): { uid: number; gid: number } {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' })));
  return { uid, gid };
}

/** Starts a server. Close it at the end of the test. @param password of Redis */
export async function startServer(kind: ServerKind, { password }: { readonly password?: string } = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `sweepgen-${kind}-`));
  const port = await freePort();
  const ids: { uid?: number; gid?: number } = kind === 'postgres' && asRoot ? idsOf(POSTGRES_USER) : {};
  const data = join(folder, 'data');
  function makeData(): void {
    mkdirSync(data);
    if (kind === 'redis') return;
    if (ids.uid !== undefined) for (const path of [folder, data]) chownSync(path, ids.uid, ids.gid!);
    execFileSync(join(POSTGRES!, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'sweepgen', '--no-sync'], { ...ids, cwd: folder, stdio: 'ignore' });
  }
  makeData();
  const [program, args] = kind === 'redis'
    ? [REDIS!, ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always', ...(password === undefined ? [] : ['--requirepass', password])]]
    : [join(POSTGRES!, 'postgres'), ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'max_connections=200']];
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(program, args, { ...ids, cwd: folder, stdio: 'ignore' });
    await untilOpen(port, child);
    if (kind === 'postgres') await untilReady(port);
  }
  async function stop(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => { child.once('exit', resolve); });
    signalAll(child, 'SIGCONT');
    child.kill(kind === 'postgres' ? 'SIGINT' : 'SIGTERM');
    await ended;
  }
  await start();
  return {
    url: kind === 'redis' ? `redis://127.0.0.1:${port}` : `postgres://sweepgen@127.0.0.1:${port}/postgres`,
    port,
    start,
    stop,
    lose() {
      rmSync(data, { recursive: true });
      makeData();
    },
    freeze: () => signalAll(child, 'SIGSTOP'),
    resume: () => signalAll(child, 'SIGCONT'),
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Signals a server and its processes: PostgreSQL has one for each connection. */
function signalAll(server: ChildProcess, signal: NodeJS.Signals): void {
  server.kill(signal);
  const { stdout } = spawnSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter((each) => each !== '')) {
    try {
      process.kill(Number(pid), signal);
    } catch (error) {
      // A connection's process may just have ended.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** PostgreSQL opens its port before it answers. */
async function untilReady(port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      execFileSync(join(POSTGRES!, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q']);
      return;
    } catch {
      await setTimeout(100);
    }
  }
  throw new Error('PostgreSQL did not become ready');
}
