/** A disk that can be full: a file system in memory. */
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeNamespaces } from './namespaces.ts';

export interface Disk {
  /** Its root, for all processes of this user. */
  readonly folder: string;
  /** Leaves space for so many KB more. */
  leave(kilobytes: number): void;
  close(): Promise<void>;
}

export async function startDisk(): Promise<Disk> {
  const holder = await makeNamespaces();
  holder.run('mount', '-t', 'tmpfs', '-o', 'size=1m', 'none', '/mnt');
  const folder = `/proc/${holder.pid}/root/mnt`;
  const ballast = join(folder, 'ballast');
  return {
    folder,
    leave(kilobytes) {
      rmSync(ballast, { force: true });
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - kilobytes * 1024));
    },
    close: () => holder.close(),
  };
}
