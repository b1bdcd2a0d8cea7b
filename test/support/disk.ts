/** A disk that can be full: a file system in memory. */
import { makeNamespaces } from './namespaces.ts';

export interface Disk {
  /** Its root, for all processes of this user. */
  readonly folder: string;
  /** Gives it another size, in KB. */
  resize(kilobytes: number): void;
  close(): Promise<void>;
}

export async function startDisk(kilobytes: number): Promise<Disk> {
  const holder = await makeNamespaces();
  holder.run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'none', '/mnt');
  return {
    folder: `/proc/${holder.pid}/root/mnt`,
    resize: (size) => holder.run('mount', '-o', `remount,size=${size}k`, '/mnt'),
    close: () => holder.close(),
  };
}
