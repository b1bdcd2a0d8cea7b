/** The project that a user's module belongs to. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Returns the nearest folder above `file` that has a package.json; without one, the folder of `file`. */
export function projectOf(file: string): string {
  for (let folder = dirname(file); dirname(folder) !== folder; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return dirname(file);
}
