/** The notices of bundled packages: their licences ask that these go with the code. Needs the build tools. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './base/root.ts';

/** Names under which packages keep their licence. */
const LICENSE_FILES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt'];

/**
 * Returns the notices of the packages from which the modules of a bundle come; '' if all are sweepgen's own.
 * @throws Error if a package has none
 */
export function noticesOf(moduleIds: readonly string[]): string {
  const packages = moduleIds.flatMap((id) => /.*node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(id)?.[1] ?? []);
  return [...new Set(packages)].sort().map(noticeOf).join('\n');
}

/** Returns the notice of a package: its name, version and licence text. */
function noticeOf(name: string): string {
  const folder = join(ROOT, 'node_modules', name);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  for (const file of LICENSE_FILES) {
    try {
      return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    } catch {
      // It may have another name.
    }
  }
  throw new Error(`${name} has no licence file, and the bundle must show it`);
}
