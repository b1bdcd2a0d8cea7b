/** Names the code that runs slices: coordinator and workers must agree on it, or results would differ. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../base/root.ts';

/** Rooms whose code no slice runs. */
const ABOVE = ['cli', 'report', 'view', 'model', 'queue'];

let hash: string | undefined;

/** Returns a hash of all built modules that a slice may run, 16 hexadecimal digits. */
export function buildHash(): string {
  return (hash ??= hashOf(join(ROOT, 'dist/src')));
}

function hashOf(folder: string): string {
  const sum = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js') && !ABOVE.includes(name.split(/[/\\]/)[0])).sort();
  for (const name of files) sum.update(`${name}\0`).update(readFileSync(join(folder, name))).update('\0');
  return sum.digest('hex').slice(0, 16);
}
