/** A hash of the code that runs slices. If coordinator and workers had different code, their results would differ. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../base/root.ts';
import { GENERATED } from '../load.ts';

/** Rooms whose code no slice runs. */
const ABOVE = ['cli', 'report', 'view', 'model', 'queue'];

const MODULES = join(ROOT, 'dist/src');
/** The package has bundles in place of the modules, so the build leaves the modules' hash here. */
const KEPT = join(GENERATED, 'build-hash.txt');

let hash: string | undefined;

/** Returns a hash of all built modules that a slice may run, 16 hexadecimal digits; the package has that of its checkout. */
export function buildHash(): string {
  return (hash ??= existsSync(join(MODULES, 'explore/campaigns/build-hash.js')) ? hashOfModules() : readFileSync(KEPT, 'utf8'));
}

/** Part of `npm run build`: keeps the hash for the package. */
export function buildHashFile(): { readonly path: string; readonly text: string } {
  return { path: KEPT, text: hashOfModules() };
}

function hashOfModules(): string {
  const modules = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.js') && !ABOVE.includes(name.split(/[/\\]/)[0])).sort();
  const sum = createHash('sha256');
  for (const name of modules) sum.update(`${name}\0`).update(readFileSync(join(MODULES, name))).update('\0');
  for (const name of ['core.gen.js', 'core.hooked.gen.js.gz']) sum.update(readFileSync(join(GENERATED, name)));
  return sum.digest('hex').slice(0, 16);
}
