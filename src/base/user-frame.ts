/** The place in a user's module at which an error was thrown, from the error's stack. */
import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable } from './printable.ts';

/** A place in a file of the user's. */
export interface UserFrame {
  /** Path, or URL if it is no file. */
  readonly file: string;
  readonly line: number;
  /** The function's name; '' at the top level of a module and in a function without a name. */
  readonly name: string;
}

/** `    at push (file:///a/b.mjs:12:5)`, with or without the name and the parentheses. */
const FRAME = /^\s+at (?:async )?(?:(.*?) \()?((?:file:\/\/)?\/[^()]*|(?:file:\/\/\/)?[A-Za-z]:[\\/][^()]*):(\d+):\d+\)?$/;
/** The first line of a stack that a parser wrote: `file:///a/b.mjs:3`. */
const PARSED = /^((?:file:\/\/)?\/.*|(?:file:\/\/\/)?[A-Za-z]:[\\/].*):(\d+)$/;

/** Folders with sweepgen's own files: this one lies in `src/base`, or in a bundle. */
const ROOT = import.meta.url.replace(/\/(?:src\/base|bundles\/[^/]*)\/[^/]*$/, '');
const OWN = ['src', 'workers', 'bundles', 'dist'].map((folder) => `${ROOT}/${folder}/`);

/**
 * Returns the innermost frame of `thrown` that lies in a file of the user's, neither
 * sweepgen's nor Node's. Frames in a package of the user's count only if there is no other.
 * Undefined if there is none, or if `thrown` has no stack.
 */
export function userFrame(thrown: unknown): UserFrame | undefined {
  const frames = stackOf(thrown).split('\n').map(parseFrame).filter((frame) => frame !== undefined);
  return frames.find(({ file }) => !file.includes('/node_modules/')) ?? frames[0];
}

/** Returns ` at ./x.mjs:12 (push)` for the user's frame of `thrown`, '' if there is none. */
export function placeOf(thrown: unknown): string {
  const frame = userFrame(thrown);
  return frame === undefined ? '' : ` at ${formatFrame(frame)}`;
}

/** Returns `./x.mjs:12 (push)`: the path as seen from the current folder, if the file is below it. */
export function formatFrame({ file, line, name }: UserFrame): string {
  const path = relative(process.cwd(), file);
  const shown = path.startsWith('..') || isAbsolute(path) ? file : `./${path}`;
  return `${printable(shown)}:${line}${name === '' ? '' : ` (${printable(name, 60)})`}`;
}

/** Never throws: the module of a user may have made `stack` anything. */
function stackOf(thrown: unknown): string {
  try {
    const { stack } = thrown as { stack?: unknown };
    return typeof stack === 'string' ? stack : '';
  } catch {
    return '';
  }
}

function parseFrame(text: string): UserFrame | undefined {
  const match = FRAME.exec(text);
  const [name, url, line] = match === null ? ['', ...(PARSED.exec(text) ?? []).slice(1)] : match.slice(1);
  if (url === undefined || isOwn(url)) return undefined;
  return { file: pathOf(url), line: Number(line), name: plainName(name ?? '') };
}

function isOwn(url: string): boolean {
  const full = url.startsWith('file:') ? url : `file://${url}`;
  return OWN.some((folder) => full.startsWith(folder));
}

function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url.split('?')[0]) : url;
  } catch {
    return url;
  }
}

/** `Object.needs [as f]` is needs; a function without a name has none. */
function plainName(name: string): string {
  const plain = name.replace(/ \[as .*\]$/, '').replace(/^.*[. ]/, '');
  return plain === '<anonymous>' ? '' : plain;
}
