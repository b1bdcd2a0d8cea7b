/** The operating system's errors in words. */

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EBADF: 'it is closed',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than is allowed',
  EIO: 'the device reports an error',
  EISDIR: 'it is a directory',
  ELOOP: 'its symbolic links form a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'no space is left on the device',
  ENOTDIR: 'a part of the path is no directory',
  EPERM: 'the operation is not permitted',
  EPIPE: 'the reader has closed it',
  EROFS: 'the file system is read-only',
};

/** Returns why the operation failed, as the end of a sentence without its full stop. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message ?? String(error);
}
