/** Redis and PostgreSQL of this machine, started for a test on a free port with their data in a temporary folder. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Host } from './lan.ts';

const REDIS = ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server'].find((path) => existsSync(path));
const POSTGRES = folderOf(/^(\d+)$/);

/** The servers that this machine has. */
export const SERVERS: readonly ServerKind[] = [...(REDIS === undefined ? [] : ['redis' as const]), ...(POSTGRES === undefined ? [] : ['postgres' as const])];
export type ServerKind = 'redis' | 'postgres';

export interface Server {
  readonly url: string;
  readonly port: number;
  /** Its process, whose children serve connections. */
  readonly pid: number;
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

/** Waits until something listens at a socket of the file system, which all networks share. */
async function untilOpen(path: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(path, () => { socket.destroy(); resolve(true); });
      socket.on('error', () => resolve(false));
    });
    if (isOpen) return;
    await setTimeout(100);
  }
  throw new Error('the server did not open its socket');
}

/** PostgreSQL refuses to run as root: then it runs as this user. */
const POSTGRES_USER = 'postgres';
const asRoot = process.getuid?.() === 0;
/** As another user of a namespace of its own, whose files are those of its root outside. */
const AS_NO_ROOT = ['unshare', '--user', '--map-user=1000'];

function idsOf(user: string): { uid: number; gid: number } {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, user], { encoding: 'utf8' })));
  return { uid, gid };
}

export interface ServerOptions {
  /** Redis writes each change to the disk before it answers, which is the default here, or each second. */
  readonly sync?: 'always' | 'everysec';
  /** Of Redis. */
  readonly password?: string;
  /** The host that it runs on, by default this machine, where only this machine reaches it. */
  readonly host?: Host;
}

/** Starts a server. Close it at the end of the test. */
export async function startServer(kind: ServerKind, { sync = 'always', password, host }: ServerOptions = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), `sweepgen-${kind}-`));
  const port = await freePort();
  const address = host?.address ?? '127.0.0.1';
  const ids: { uid?: number; gid?: number } = kind === 'postgres' && asRoot && host === undefined ? idsOf(POSTGRES_USER) : {};
  const enter = host === undefined ? [] : [...host.enter, ...(kind === 'postgres' ? AS_NO_ROOT : [])];
  const data = join(folder, 'data');
  const socket = join(folder, kind === 'redis' ? 'redis' : `.s.PGSQL.${port}`);
  const inPlace = (...words: string[]): [string, string[]] => [[...enter, ...words][0], [...enter, ...words].slice(1)];
  function makeData(): void {
    mkdirSync(data);
    if (kind === 'redis') return;
    if (ids.uid !== undefined) for (const path of [folder, data]) chownSync(path, ids.uid, ids.gid!);
    execFileSync(...inPlace(join(POSTGRES!, 'initdb'), '-D', data, '-A', 'trust', '-U', 'sweepgen', '--no-sync'), { ...ids, cwd: folder, stdio: 'ignore' });
    appendFileSync(join(data, 'pg_hba.conf'), 'host all all samenet trust\n');
  }
  makeData();
  const command = kind === 'redis'
    ? inPlace(REDIS!, '--port', String(port), '--bind', address, '--protected-mode', 'no', '--unixsocket', socket, '--dir', data, '--save', '', '--appendonly', 'yes', '--appendfsync', sync, ...(password === undefined ? [] : ['--requirepass', password]))
    : inPlace(join(POSTGRES!, 'postgres'), '-D', data, '-p', String(port), '-h', address, '-k', folder, '-c', 'max_connections=1000');
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(...command, { ...ids, cwd: folder, stdio: 'ignore' });
    await untilOpen(socket, child);
    if (kind === 'postgres') await untilReady(folder, port);
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
    url: kind === 'redis' ? `redis://${address}:${port}` : `postgres://sweepgen@${address}:${port}/postgres`,
    port,
    get pid() { return child.pid!; },
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

/** PostgreSQL opens its socket, in `folder`, before it answers. */
async function untilReady(folder: string, port: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      execFileSync(join(POSTGRES!, 'pg_isready'), ['-h', folder, '-p', String(port), '-q']);
      return;
    } catch {
      await setTimeout(100);
    }
  }
  throw new Error('PostgreSQL did not become ready');
}
