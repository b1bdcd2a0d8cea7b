/** The library as it was built: threads run what is in `dist`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../src/base/root.ts';

export const library = (await import(pathToFileURL(join(ROOT, 'dist/src/index.js')).href)) as typeof import('../../src/index.ts');
