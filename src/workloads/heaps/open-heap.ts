/**
 * Opens a heap file, plain or compressed with gzip, with the importer that recognises its content. The
 * name of the file does not matter.
 */
import { basename } from 'node:path';
import { Readable, pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { describeMismatch, importerOf } from './catalog.ts';
import { openChunks } from './file-chunks.ts';
import { HeapFormatError } from './format-error.ts';
import type { HeapImage } from './image.ts';
import { HEAD_BYTES, type ImportOptions } from './importer.ts';
import { show } from './json-bytes.ts';

const GZIP = [0x1f, 0x8b];
const UNZIPPED_CHUNK_BYTES = 1 << 18;

/** Called with the bytes of the file that have been read so far, compressed or not, and the size of the file if it has one. */
export type OnProgress = (read: number, total: number | undefined) => void;

/** Reads the file at `path`. @param labels whether to keep the labels of the image @throws HeapFormatError */
export async function openHeapFile(path: string, onProgress?: OnProgress, labels = false): Promise<HeapImage> {
  const name = basename(path);
  const { size, chunks } = await openChunks(path, name);
  const plain = await unzipped(name, counted(chunks, (read) => onProgress?.(read, size)));
  // A pipe can be read only once.
  return readPlain(plain, { name, labels, again: size === undefined ? undefined : () => bytesOf(path, name) });
}

/** Yields the unzipped bytes of the file at `path`. */
async function* bytesOf(path: string, name: string): AsyncGenerator<Uint8Array> {
  const { chunks } = await openChunks(path, name);
  yield* (await unzipped(name, chunks)).chunks;
}

async function unzipped(name: string, source: AsyncGenerator<Uint8Array>): Promise<Peeked> {
  const raw = await peek(source);
  if (!isGzip(raw.head)) return raw;
  const plain = await peek(gunzip(name, raw.chunks));
  if (!isGzip(plain.head)) return plain;
  await plain.close();
  throw new HeapFormatError(name, 'is compressed twice: gunzip it once');
}

async function readPlain({ head, chunks, close }: Peeked, options: ImportOptions): Promise<HeapImage> {
  const importer = importerOf(head);
  if (importer !== undefined) return importer.read(chunks, options);
  await close();
  throw new HeapFormatError(options.name, `${describeMismatch()}: it begins with ${show(head[0])}`);
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === GZIP[0] && head[1] === GZIP[1];
}

interface Peeked {
  /** The first HEAD_BYTES bytes, or all of a shorter file. */
  readonly head: Uint8Array;
  /** All bytes, including `head`. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Closes the source, if `chunks` is not read. */
  close(): Promise<void>;
}

async function peek(source: AsyncGenerator<Uint8Array>): Promise<Peeked> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < HEAD_BYTES) {
    const next = await source.next();
    if (next.done === true) break;
    // A buffer of a pipe may hold a single byte, and the next buffer overwrites this one.
    first = Buffer.concat([first, next.value]);
  }
  return {
    head: first.subarray(0, HEAD_BYTES),
    chunks: behind(first, source),
    close: async () => {
      await source.return(undefined);
    },
  };
}

async function* behind(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* counted(source: AsyncIterable<Uint8Array>, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of source) {
    read += chunk.length;
    onRead(read);
    yield chunk;
  }
}

async function* gunzip(name: string, source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip({ chunkSize: UNZIPPED_CHUNK_BYTES });
  // pipeline propagates errors and the end in both directions, to the reader of `unzip`.
  pipeline(Readable.from(copies(source), { highWaterMark: 1 }), unzip, () => {});
  try {
    yield* unzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw describeZlib(name, error);
  } finally {
    unzip.destroy();
  }
}

/** Copies each buffer: streams read ahead, but the source reuses its buffer. */
async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield Buffer.from(chunk);
}

function describeZlib(name: string, error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === 'Z_BUF_ERROR') return new HeapFormatError(name, 'is cut off: its gzip stream has no end');
  if (typeof code === 'string' && code.startsWith('Z_')) return new HeapFormatError(name, `is damaged: gzip says '${message}'`);
  return error;
}
