/**
 * Output files.
 *
 * 1. The content is written to a temporary file in the same folder.
 * 2. The temporary file is synced.
 * 3. It is renamed over the old file.
 *
 * So a full disk, a crash or Ctrl-C leaves the old content or the new content, never a part. A path that is no
 * regular file (a terminal, a FIFO, /dev/full) is written directly. So is a file that can't be
 * replaced: its folder is not writable, or the file is a mount point.
 */
import {
  accessSync, chmodSync, chownSync, closeSync, constants, copyFileSync, fsyncSync, openSync, readlinkSync, renameSync, rmSync, statSync, type Stats,
} from 'node:fs';
import { open as openLater } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OutputError, UsageError } from '../base/fatal.ts';
import { printable } from '../base/printable.ts';
import { reasonOf } from '../base/system-error.ts';
import { writeFully } from '../base/write-fully.ts';

/**
 * Checks that a file can be written at `path`. Commands call it before they start to work.
 * @throws UsageError if not
 */
export function checkWritable(path: string): void {
  if (descriptorOf(path) !== undefined) return;
  try {
    const target = followLinks(path);
    const there = statSync(target, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new UsageError(`${printable(path)} is a directory; name a file in it`);
    if (there !== undefined) return accessSync(target, constants.W_OK);
    if (target.endsWith('/')) throw new UsageError(`${printable(path)} names a directory; name a file in it`);
    checkFolder(dirname(target));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(whyNot(path, error));
  }
}

/**
 * Checks that files can be created in the folder at `path`.
 * @throws UsageError if not
 */
export function checkWritableFolder(path: string): void {
  try {
    checkFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(`there is no directory ${printable(path)}; make it first`);
    throw new UsageError(`no file can be written into ${printable(path)}: ${reasonOf(error)}`);
  }
}

/**
 * Writes `content` to the file at `path`.
 * @throws OutputError if it can't be written; the old content is kept
 */
export function writeOutput(path: string, content: Uint8Array | string): void {
  writing(path, () => {
    const file = openOutput(path);
    try {
      writeFully(file.fd, content);
      file.commit();
    } catch (error) {
      file.discard();
      throw error;
    }
  });
}

/**
 * Writes the output of `stages`, a source and optional transforms, to the file at `path`, with backpressure.
 * @param signal aborts the write
 * @returns bytes written
 * @throws OutputError if it can't be written; the old content is kept
 */
export async function streamOutput(path: string, stages: readonly [NodeJS.ReadableStream, ...NodeJS.ReadWriteStream[]], signal?: AbortSignal): Promise<number> {
  let file: OutputFile | undefined;
  let written = 0;
  try {
    const { fd } = (file = await openOutputLater(path));
    // A file stream closes its descriptor later, when the number may belong to another file.
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        try {
          writeFully(fd, chunk);
          written += chunk.length;
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
    await pipeline([...stages, sink], { signal });
    file.commit();
    return written;
  } catch (error) {
    file?.discard();
    throw asOutputError(path, error);
  }
}

/** Calls `write`. @throws OutputError that names `path` for a system error */
export function writing<Value>(path: string, write: () => Value): Value {
  try {
    return write();
  } catch (error) {
    throw asOutputError(path, error);
  }
}

/** Called with the path of each temporary file before it is created and after it is gone. */
export type OnTemporary = (path: string, exists: boolean) => void;
let onTemporary: OnTemporary = () => {};

/** Sets the listener for temporary files. Another thread can remove them if it terminates this one. */
export function watchTemporaries(listener: OnTemporary): void {
  onTemporary = listener;
}

/** An output file that is being written. */
interface OutputFile {
  readonly fd: number;
  /** Puts the complete content in place and closes the file. */
  commit(): void;
  /** Keeps the old content and closes the file. */
  discard(): void;
}

function openOutput(path: string): OutputFile {
  const place = placeOf(path);
  return 'fd' in place ? borrowed(place.fd) : place.isDirect ? direct(openSync(place.target, 'w')) : beside(place);
}

/** Opens the file without blocking the thread: opening a FIFO waits for its reader. */
async function openOutputLater(path: string): Promise<OutputFile> {
  const place = placeOf(path);
  if ('fd' in place) return borrowed(place.fd);
  if (!place.isDirect) return beside(place);
  const handle = await openLater(place.target, 'w');
  return { fd: handle.fd, commit: () => void handle.close(), discard: () => void handle.close().catch(() => {}) };
}

/** The destination: an open descriptor, or a file that is replaced or, with `isDirect`, written in place. */
type Place = { readonly fd: number } | { readonly target: string; readonly there: Stats | undefined; readonly isDirect: boolean };

function placeOf(path: string): Place {
  const fd = descriptorOf(path);
  if (fd !== undefined) return { fd };
  const target = followLinks(path);
  const there = statSync(target, { throwIfNoEntry: false });
  return { target, there, isDirect: there !== undefined && !there.isFile() };
}

/** Returns the descriptor that a path such as /dev/stdout names. It is written at its current position. */
function descriptorOf(path: string): number | undefined {
  const match = /^\/dev\/std(out|err)$|^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path);
  if (match === null) return undefined;
  return match[1] === undefined ? Number(match[2]) : match[1] === 'out' ? 1 : 2;
}

const MOST_LINKS = 40;

/** Resolves symbolic links. The target need not exist. @throws ELOOP */
function followLinks(path: string): string {
  let target = path;
  for (let links = 0; ; links++) {
    let next: string;
    try {
      next = readlinkSync(target);
    } catch {
      return target;
    }
    if (links === MOST_LINKS) throw Object.assign(new Error(), { code: 'ELOOP' });
    target = resolve(dirname(target), next);
  }
}

function borrowed(fd: number): OutputFile {
  return { fd, commit: () => {}, discard: () => {} };
}

function direct(fd: number): OutputFile {
  return { fd, commit: () => closeSync(fd), discard: () => closeSync(fd) };
}

let made = 0;
const PERMISSIONS = 0o7777;
/** Characters kept of the name: a longer name may not fit with the suffix. */
const NAME_CHARACTERS = 40;

/** Opens a temporary file in the same folder, so that the rename copies no bytes. */
function beside({ target, there }: Extract<Place, { target: string }>): OutputFile {
  const temporary = join(dirname(target), `.${basename(target).slice(0, NAME_CHARACTERS)}.${process.pid}-${++made}.tmp`);
  onTemporary(temporary, true);
  let fd: number;
  try {
    fd = openSync(temporary, 'wx');
  } catch (error) {
    onTemporary(temporary, false);
    const isRefused = ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (there !== undefined && isRefused) return direct(openSync(target, 'w'));
    throw error;
  }
  if (there !== undefined) keepOwner(temporary, there);
  let isOpen = true;
  function close(): void {
    if (isOpen) closeSync(fd);
    isOpen = false;
  }
  return {
    fd,
    commit() {
      fsyncSync(fd);
      close();
      replace(temporary, target);
      onTemporary(temporary, false);
    },
    discard() {
      close();
      rmSync(temporary, { force: true });
      onTemporary(temporary, false);
    },
  };
}

/** Renames, or copies over a mount point: a file mounted into a container keeps its inode. */
function replace(temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    copyFileSync(temporary, target);
    rmSync(temporary);
  }
}

function keepOwner(path: string, { mode, uid, gid }: Stats): void {
  try {
    chownSync(path, uid, gid);
  } catch {
    // Only root may change the owner. Otherwise the writer owns the file.
  }
  chmodSync(path, mode & PERMISSIONS);
}

function checkFolder(folder: string): void {
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
  accessSync(folder, constants.W_OK);
}

function asOutputError(path: string, error: unknown): unknown {
  // An error of the source is passed on unchanged.
  return (error as NodeJS.ErrnoException).syscall === undefined && (error as NodeJS.ErrnoException).code !== 'ELOOP' ? error : new OutputError(whyNot(path, error));
}

function whyNot(path: string, error: unknown): string {
  const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? `there is no directory ${printable(dirname(path))}` : reasonOf(error);
  return `${printable(path)} can't be written: ${reason}`;
}
