/** Part of `npm run build`: deletes the declarations that the library's interface does not refer to. */
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './base/root.ts';

const TYPES = join(ROOT, 'dist/src');
const ENDING = '.d.ts';

/** Returns the declaration files that `file` imports, directly or through others, with itself. */
function reachable(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)['"]/g)) {
    reachable(join(dirname(file), target).replace(/\.[jt]s$/, ENDING), found);
  }
  return found;
}

const kept = new Set(['index', 'explore-api/library', 'explore/user-core'].flatMap((name) => [...reachable(join(TYPES, `${name}${ENDING}`))]));
for (const name of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
  const file = join(TYPES, name);
  if (file.endsWith(ENDING) && !kept.has(file)) rmSync(file);
}
