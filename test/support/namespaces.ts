/** Linux's namespaces, as root or as any user: networks, names of hosts and mounts that end with the test. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Becomes root of a new user namespace, which may make all others. */
const AS_ROOT = ['unshare', '--user', '--map-root-user', '--net', '--uts', '--mount'];
const TRIAL = 'ip link add lan type bridge && ip link add port type veth peer name cable && mount -t tmpfs none /mnt';

/** Whether this machine lets this user make namespaces. */
export const HAS_NAMESPACES = process.platform === 'linux' && spawnSync(AS_ROOT[0], [...AS_ROOT.slice(1), 'sh', '-c', TRIAL]).status === 0;

/** Namespaces, which last until they are closed or the test's process ends. */
export interface Namespaces {
  /** The process that holds them. */
  readonly pid: number;
  /** Words before a command that runs it in them, as their root. */
  readonly enter: readonly string[];
  /** Runs a command in them. */
  run(...words: string[]): void;
  close(): Promise<void>;
}

/**
 * Makes namespaces for users, networks, names of hosts and mounts.
 * @param inside namespaces whose users and mounts the new ones share: then only network and name are new
 */
export async function makeNamespaces(inside?: Namespaces): Promise<Namespaces> {
  const make = inside === undefined ? AS_ROOT : [...inside.enter, 'unshare', '--net', '--uts'];
  // cat ends when the test's process does.
  const holder = spawn(make[0], [...make.slice(1), 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit').then(() => { throw new Error('the namespaces can\'t be made'); })]);
  const ended = once(holder, 'exit');
  const enter = ['nsenter', `--target=${holder.pid}`, '--user', '--net', '--uts', '--mount', '--preserve-credentials'];
  return {
    pid: holder.pid!,
    enter,
    run: (...words) => void execFileSync(enter[0], [...enter.slice(1), ...words]),
    async close() {
      holder.stdin.end();
      await ended;
    },
  };
}
