/** The files of a queue in a folder. Others can write to it: names and contents are checked. */
import { closeSync, constants, existsSync, fstatSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { QueueError } from './errors.ts';

const FOLDERS = ['jobs', 'taken', 'done', 'poison', 'tries', 'workers', 'temporary'] as const;
type Folder = (typeof FOLDERS)[number];

/** The name of a job's file: nothing read from the queue becomes another path. */
export const ID = /^[0-9a-f]{8,64}$/;
/** A claim names its worker, and counts the claims of that worker. */
export const CLAIM = /^([0-9a-f]{8,64})@([0-9a-f-]{36})\.[0-9]{1,9}$/;

/** Bytes of a file in the queue. */
const MOST_BYTES = 1 << 26;

/** The files of a queue. */
export class QueueFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#trying(() => {
      for (const name of FOLDERS) {
        mkdirSync(join(folder, name), { recursive: true });
        if (!lstatSync(join(folder, name)).isDirectory()) throw new Error(`${name} in it is no folder`);
      }
    });
  }

  path(...names: readonly string[]): string {
    return join(this.#folder, ...names);
  }

  /** Returns the names in a folder, in no order. */
  list(folder: Folder): string[] {
    return this.#trying(() => readdirSync(this.path(folder)));
  }

  has(folder: Folder, name: string): boolean {
    return existsSync(this.path(folder, name));
  }

  /** Returns the content of a file; undefined if it is gone, and '' for what no queue writes: a link, a pipe, or a file that is too large. */
  read(...names: readonly string[]): string | undefined {
    return this.#trying(() => missing(() => readPlain(this.path(...names))));
  }

  /** Writes a file whole. */
  write(content: string, ...names: readonly string[]): void {
    this.#trying(() => {
      const temporary = this.path('temporary', randomUUID());
      try {
        writeFileSync(temporary, content, { flush: true });
        renameSync(temporary, this.path(...names));
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
  }

  /** Renames a file. Returns false if it is gone. */
  move(from: readonly [Folder, string], to: readonly [Folder, string]): boolean {
    return this.#trying(() => missing(() => (renameSync(this.path(...from), this.path(...to)), true))) ?? false;
  }

  makeFolder(...names: readonly string[]): void {
    this.#trying(() => mkdirSync(this.path(...names), { recursive: true }));
  }

  remove(...names: readonly string[]): void {
    this.#trying(() => rmSync(this.path(...names), { force: true, recursive: true }));
  }

  #trying<Value>(work: () => Value): Value {
    try {
      return work();
    } catch (error) {
      throw new QueueError(`the queue in ${this.#folder} can't be used: ${(error as Error).message}`);
    }
  }
}

/** Reads a file of the queue. Other programs can write to the folder, so anything but a plain file of a fitting size counts as empty. */
export function readPlain(path: string): string {
  if (!lstatSync(path).isFile()) return '';
  // In the meantime it may have become another file.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const facts = fstatSync(file);
    return facts.isFile() && facts.size <= MOST_BYTES ? readFileSync(file, 'utf8') : '';
  } finally {
    closeSync(file);
  }
}

/** Returns undefined where a file is missing. */
export function missing<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export function parsed<Value>(schema: z.ZodType<Value>, text: string | undefined): Value | undefined {
  try {
    return text === undefined ? undefined : schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
